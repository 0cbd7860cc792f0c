const { cpSync, mkdirSync, readdirSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { ARTIFACTS, GITHUB_WORKSPACE, INPUT_NAME, INPUT_PATTERN = '', INPUT_PATH } = process.env;
const to = resolve(GITHUB_WORKSPACE, INPUT_PATH);
mkdirSync(to, { recursive: true });
if (INPUT_NAME) cpSync(join(ARTIFACTS, INPUT_NAME), to, { recursive: true });
else
  for (const name of readdirSync(ARTIFACTS).filter((one) => one.startsWith(INPUT_PATTERN.replace('*', ''))))
    cpSync(join(ARTIFACTS, name), join(to, name), { recursive: true });
