/** setup.cfg: `install_requires` and `[options.extras_require]`. */
import type { Finding, Requirement } from '../domain/manifest.ts';
import type { Reading } from './formats.ts';
import { requirementAt } from './requirements-txt.ts';

export function readSetupCfg(content: string): Reading {
  const requirements: Requirement[] = [];
  const findings: Finding[] = [];
  let section = '';
  let key = '';
  for (const [index, raw] of content.split('\n').entries()) {
    const line = raw.replace(/\r$/, '').replace(/(^|\s)[#;].*$/, '');
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header) [section, key] = [header[1]?.trim() ?? '', ''];
    const assignment = /^([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)$/.exec(line);
    if (assignment && !header) key = assignment[1] ?? '';
    const text = (assignment ? (assignment[2] ?? '') : line).trim();
    const group = groupOf(section, key);
    if (text === '' || header || group === undefined) continue;
    const read = requirementAt(text, index + 1, line.indexOf(text), group);
    'written' in read ? requirements.push(read) : findings.push(read);
  }
  return { requirements, locked: [], findings };
}

function groupOf(section: string, key: string): string | undefined {
  if (section === 'options' && key === 'install_requires') return '';
  return section === 'options.extras_require' && key !== '' ? `extra:${key}` : undefined;
}
