const { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } = require('node:fs');
const { dirname, join, relative, resolve, sep } = require('node:path');
const { ARTIFACTS, GITHUB_WORKSPACE, INPUT_NAME, INPUT_PATH, INPUT_OVERWRITE } = process.env;
const absent = process.env['INPUT_IF-NO-FILES-FOUND'] || 'warn';
const paths = INPUT_PATH.split('\n')
  .map((text) => text.trim())
  .filter((text) => text !== '')
  .map((text) => resolve(GITHUB_WORKSPACE, text));
const filesIn = (path) => {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => filesIn(join(path, name)));
};
const files = paths.flatMap(filesIn);
if (files.length === 0) {
  if (absent !== 'ignore')
    console.log(`::${absent === 'error' ? 'error' : 'warning'}::No files were found with the provided path`);
  process.exit(absent === 'error' ? 1 : 0);
}
// Paths in the artifact count from what all search paths have in common, there or not.
const root = () => {
  if (paths.length === 1) return files.length === 1 && files[0] === paths[0] ? dirname(paths[0]) : paths[0];
  const parts = paths.map((path) => path.split(sep));
  const common = [];
  while (parts.every((one) => common.length < one.length && one[common.length] === parts[0][common.length]))
    common.push(parts[0][common.length]);
  return common.join(sep) || sep;
};
const to = join(ARTIFACTS, INPUT_NAME);
if (INPUT_OVERWRITE === 'true') rmSync(to, { recursive: true, force: true });
else if (existsSync(to)) {
  console.log('::error::Failed to CreateArtifact: an artifact with this name already exists on the workflow run');
  process.exit(1);
}
for (const file of files) {
  const copy = join(to, relative(root(), file));
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(file, copy);
}
