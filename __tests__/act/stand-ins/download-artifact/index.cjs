const { cpSync, existsSync, mkdirSync, readdirSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { ARTIFACTS, GITHUB_WORKSPACE, INPUT_NAME, INPUT_PATTERN = '', INPUT_PATH } = process.env;
const to = resolve(GITHUB_WORKSPACE, INPUT_PATH);
const present = existsSync(ARTIFACTS) ? readdirSync(ARTIFACTS) : [];
const found = present.filter((one) =>
  INPUT_NAME ? one === INPUT_NAME : one.startsWith(INPUT_PATTERN.replace('*', '')),
);
if (INPUT_NAME && found.length === 0) {
  console.log(`::error::Unable to download artifact(s): Artifact '${INPUT_NAME}' not found`);
  process.exit(1);
}
if (found.length > 0) mkdirSync(to, { recursive: true });
// One artifact alone has no folder of its own, by whatever it was found.
for (const name of found) cpSync(join(ARTIFACTS, name), found.length === 1 ? to : join(to, name), { recursive: true });
