/** Files of this program that `init` copies into another repository. */
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './process.ts';
import { PROGRAM, programFolder } from './program.ts';

declare const TOOL_VERSION: string;

const VENDORED = '.github/peft-sweep-action';

/** Whether a folder is the top of a git checkout. */
export function isCheckout(folder: string): boolean {
  return existsSync(join(folder, '.git'));
}

/** Writes a file into a checkout unless it is there; says which of both. */
export function writeNew(folder: string, path: string, text: string): string {
  const file = join(folder, path);
  if (existsSync(file)) return `left alone  ${path} (it exists)\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return `written     ${path}\n`;
}

/** Our own workflows, with the action taken from this repository instead of another one. */
export function vendoredFiles(): readonly { readonly path: string; readonly text: string }[] {
  const top = join(programFolder(), '..');
  return ['sweep.yml', 'publish.yml', 'apply.yml'].map((name) => {
    const text = readFileSync(join(top, '.github', 'workflows', name), 'utf8');
    const local = text
      .replace(
        / {10}repository: .*\n {10}ref: .*workflow_sha \}\}\n {10}path: \.peft-sweep\n/g,
        `          sparse-checkout: ${VENDORED}\n          ref: \${{ github.event.repository.default_branch }}\n`,
      )
      .replace(/^ {4}permissions: \{\}\n/gm, '    permissions:\n      contents: read\n')
      .replace(
        /^ {4}permissions:\n(?:(?! {6}contents:) {6}.*\n)+(?! {6})/gm,
        (block) => `${block}      contents: read\n`,
      )
      .replace(/^# The action is taken from where[\s\S]*?(?=^name:)/m, '')
      .replaceAll('uses: ./.peft-sweep', `uses: ./${VENDORED} # zizmor: ignore[self-repository]`);
    return { path: `.github/workflows/peft-sweep-${name}`, text: local };
  });
}

/** Copies the action itself into a checkout; says whether it did. */
export function copyAction(folder: string): string {
  const top = join(programFolder(), '..');
  const target = join(folder, VENDORED);
  if (existsSync(target)) return `left alone  ${VENDORED} (it exists)\n`;
  for (const name of ['action.yml', 'dist', 'LICENSE'])
    cpSync(join(top, name), join(target, name), { recursive: true });
  for (const name of [...PROGRAM, 'checkpoints'])
    cpSync(join(top, 'probe', name), join(target, 'probe', name), { recursive: true });
  writeFileSync(join(target, 'package.json'), `${JSON.stringify({ type: 'module' })}\n`);
  return `written     ${VENDORED}\n`;
}

/** The commit that this program was checked out at; its major version where that is not known. */
export async function ownCommit(): Promise<string> {
  const top = join(programFolder(), '..');
  const { status, stdout } = await run('git', ['-C', top, 'rev-parse', '--show-toplevel', 'HEAD']);
  const [checkout = '', commit = ''] = stdout.trim().split('\n');
  // A copy inside another repository has that one's commits, not its own.
  return status === 0 && realpathSync(checkout) === realpathSync(top) ? commit : `v${TOOL_VERSION.split('.')[0]}`;
}
