// Writes schema/report.schema.json from the model that reports are made by.
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { z } from 'zod';

const { outputFiles } = await build({
  entryPoints: ['src/report/model.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const { Report } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
writeFileSync('schema/report.schema.json', `${JSON.stringify(z.toJSONSchema(Report), null, 2)}\n`);
