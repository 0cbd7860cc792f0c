// Builds dist/: the action and the command line, and what they share or load later. Two runs give identical bytes.
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const banner = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
].join('\n');

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { cli: 'src/cli.ts', index: 'src/index.ts', 'oracle-process': 'src/adapters/oracle/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Outside of the bundle: it has native libraries, and is loaded only where it is installed.
  external: ['onnxruntime-node'],
  banner: { js: banner },
  define: { TOOL_VERSION: JSON.stringify(version) },
  legalComments: 'none',
  logLevel: 'warning',
});
