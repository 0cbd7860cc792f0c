const { cpSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const to = resolve(process.env.GITHUB_WORKSPACE, process.env.INPUT_PATH);
for (const name of ['action.yml', 'dist', 'probe'])
  cpSync(join(process.env.PEFT_SWEEP_SOURCE, name), join(to, name), { recursive: true });
writeFileSync(join(to, 'package.json'), '{"type":"module"}');
