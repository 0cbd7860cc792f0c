/** What setup.cfg and setup.py have in common: PEP 508 in strings, and no lock. */
import { pep508, pep508InLine } from '../dialects.ts';
import { type Format, none } from '../format.ts';

type Shared = Omit<Format, 'name' | 'docs' | 'recognize' | 'named' | 'read' | 'includes'>;

export const SETUPTOOLS: Shared = {
  conflict: 'the file',
  pin: { dialect: pep508 },
  suggest: { inLine: pep508InLine },
  lock: none('setuptools makes none.'),
  workspace: { sharesLock: 'above' },
  refresh: none('It is written by hand.'),
  indexes: none('`dependency_links` are not read: pip ignores them.'),
  overrules: none('setuptools knows neither overrides nor constraints.'),
};
