/** setup.cfg: `install_requires`, `[options.extras_require]`, `python_requires`. */
import type { Finding, Requirement } from '../domain/manifest.ts';
import { baseOf } from '../domain/path.ts';
import { type Format, none } from './format.ts';
import { SETUPTOOLS } from './languages/setuptools.ts';
import { type Reading, requirementAt, sorted } from './reading.ts';

export const SETUP_CFG: Format = {
  name: 'setup-cfg',
  docs: { files: '`setup.cfg`', read: '`install_requires` and extras' },
  recognize: { by: 'path', fits: (file) => baseOf(file) === 'setup.cfg' },
  named: none('Other `.cfg` files are settings of other tools.'),
  read: readSetupCfg,
  ...SETUPTOOLS,
  includes: none('`file:` names a list that is read as a manifest of its own.'),
};

function readSetupCfg(content: string): Reading {
  const read: (Requirement | Finding)[] = [];
  let section = '';
  let key = '';
  let python: string | undefined;
  for (const [index, raw] of content.split('\n').entries()) {
    const line = raw.replace(/\r$/, '').replace(/(^|\s)[#;]\s.*$|^[#;].*$/, '');
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header) {
      section = header[1]?.trim() ?? '';
      key = '';
    }
    const assignment = /^([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)$/.exec(line);
    if (assignment && !header) key = assignment[1] ?? '';
    const text = (assignment ? (assignment[2] ?? '') : line).trim();
    if (section === 'options' && key === 'python_requires' && text !== '') python = text;
    const group = groupOf(section, key);
    if (text === '' || header || group === undefined) continue;
    read.push(readEntry(text, index + 1, line.indexOf(text, assignment ? line.search(/[=:]/) + 1 : 0), group));
  }
  return { ...sorted(read), ...(python !== undefined && { python }) };
}

function readEntry(text: string, line: number, column: number, group: string): Requirement | Finding {
  if (/^(file|attr):/.test(text))
    return {
      kind: 'dynamic',
      message: `\`${text.slice(0, 80)}\`: the list stands in another file, which is read as a manifest of its own.`,
      line,
    };
  return requirementAt(text, { line, column }, group);
}

function groupOf(section: string, key: string): string | undefined {
  if (section === 'options' && key === 'install_requires') return '';
  return section === 'options.extras_require' && key !== '' ? `extra:${key}` : undefined;
}
