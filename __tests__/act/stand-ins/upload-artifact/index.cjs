const { cpSync, existsSync, mkdirSync, statSync } = require('node:fs');
const { basename, join, resolve } = require('node:path');
const to = join(process.env.ARTIFACTS, process.env.INPUT_NAME);
mkdirSync(to, { recursive: true });
for (const line of process.env.INPUT_PATH.split('\n').map((text) => text.trim())) {
  const from = resolve(process.env.GITHUB_WORKSPACE, line);
  if (line === '' || !existsSync(from)) continue;
  cpSync(from, statSync(from).isDirectory() ? to : join(to, basename(from)), { recursive: true });
}
