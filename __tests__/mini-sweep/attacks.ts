/** What wheels try against the machine that measures them. Each is harmless where nothing stops it. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Offer } from './package-index.ts';
import { offersOf } from './stand-ins.ts';
import { type WheelContent, writeWheel } from './wheel.ts';

/** Things outside that an attack is told of, to try itself on them. */
export interface Outside {
  /** Names every marker and every process of this attack, and no other. */
  readonly nonce: string;
  readonly secret: string;
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly socket: string;
  readonly port: number;
}

/** Code that runs at import and once more in each cell; it returns what it got through to. */
export interface CodeAttack {
  readonly says: string;
  /** A file in `attacks/`. */
  readonly code: string;
  readonly kind?: string;
}

export const CODE_ATTACKS: readonly CodeAttack[] = [
  { says: 'writes outside of its work folder', code: 'writes' },
  { says: 'leaves notes for other environments', code: 'leaves_notes' },
  { says: 'talks to sockets outside', code: 'talks_out' },
  { says: 'reads secrets of the home, the checkout and other processes', code: 'reads' },
  { says: 'sees processes of the machine', code: 'sees_processes' },
  { says: 'takes memory, files and processes without limit at import', code: 'takes_too_much' },
  { says: 'leaves a process that outlives it', code: 'leaves_a_daemon' },
  { says: 'forges results of other cells', code: 'forges' },
  ...['a fifo', 'a path that is too long', 'a closed folder', 'a socket', 'links'].map((kind) => ({
    says: `leaves ${kind} among what is handed over`,
    code: 'leaves_odd_files',
    kind,
  })),
];

/** The stand-in packages, both releases of transformers asking for the attack. */
export function offersWithCode({ code, kind }: Omit<CodeAttack, 'says'>, outside: Outside): readonly Offer[] {
  const text = readFileSync(join(resolve('__tests__/mini-sweep/attacks'), `${code}.py`), 'utf8');
  const told = JSON.stringify({ ...outside, ...(kind !== undefined && { kind }) });
  return offersBeside({
    name: 'attack',
    version: '1.0',
    files: { 'attack/__init__.py': `OUTSIDE = ${told}\n${text}` },
  });
}

/** The stand-in packages with wheels of which both releases of transformers ask for the first, which they import. */
export function offersBeside(...contents: readonly WheelContent[]): readonly Offer[] {
  const [first] = contents;
  const asking = { requires: [first?.name ?? ''], faults: first?.name === 'attack' ? ['asks_attack'] : [] };
  const wheels = contents.map((content) => ({
    name: content.name,
    wheel: writeWheel(content),
    uploaded: '2024-01-01T00:00:00Z',
  }));
  return [...offersOf({ transformers: { '1.0': asking, '1.1': asking } }), ...wheels];
}

const SCRIPT = (marker: string) =>
  `import pathlib\ntry:\n    pathlib.Path(${JSON.stringify(marker)}).touch()\nexcept OSError:\n    pass\n`;
const SHELL = (marker: string) => `#!/bin/sh\n: > '${marker}'\nexit 1\n`;

function scripts(names: readonly string[], marker: string): Partial<WheelContent> {
  return { files: Object.fromEntries(names.map((name) => [`innocent-1.0.data/scripts/${name}`, SHELL(marker)])) };
}

/** A wheel whose form is the attack. `marker` is a file outside that must not come to be. */
export interface FormAttack {
  readonly says: string;
  readonly content: (marker: string) => Partial<WheelContent>;
}

/** A path that leaves the store of bytecode, and the environment, by three steps. */
const CLIMBING = 'step/../../../pwned/sitecustomize.py';

const CLIMBER = {
  'innocent-1.0.data/data/lib/pwned/sitecustomize.py': 'raise SystemExit("owned")\n',
  'step/__init__.py': '',
};

/** The first two are about compiling, which another user does in another way. */
export const FORM_ATTACKS: readonly FormAttack[] = [
  {
    says: 'lists a path that climbs out in RECORDs that it adds',
    content: () => ({
      files: {
        ...CLIMBER,
        'innocent-1.0.data/purelib/innocent-9.dist-info/RECORD': `${CLIMBING},,\n`,
        'innocent-1.0.data/purelib/torch-9.dist-info/RECORD': `${CLIMBING},,\n`,
      },
    }),
  },
  {
    says: 'lists paths that climb out, have backslashes or are absolute in its own RECORD',
    content: (marker) => ({ files: CLIMBER, claims: [CLIMBING, 'step\\..\\..\\pwned.py', `${marker}.py`] }),
  },
  { says: 'has a file of a path that climbs out', content: () => ({ files: { '../../../../escaped.py': '' } }) },
  { says: 'has a file of an absolute path', content: (marker) => ({ files: { [marker]: 'owned\n' } }) },
  {
    says: 'has a file behind a symbolic link that leads out',
    content: (marker) => ({ files: { 'way/owned': '' }, links: { way: join(marker, '..') } }),
  },
  {
    says: 'has a .pth file with code',
    content: (marker) => ({ files: { 'a.pth': `import pathlib; exec(${JSON.stringify(SCRIPT(marker))})\n` } }),
  },
  {
    says: 'has a sitecustomize',
    content: (marker) => ({ files: { 'sitecustomize.py': SCRIPT(marker), 'usercustomize.py': SCRIPT(marker) } }),
  },
  { says: 'replaces the interpreter of its environment', content: (marker) => scripts(['python'], marker) },
  {
    says: 'brings commands by the names of those that start it',
    content: (marker) => scripts(['sh', 'uv', 'chmod', 'mount', 'unshare', 'setpriv', 'env'], marker),
  },
  {
    says: 'replaces the settings and the lock of its environment',
    content: () => ({
      files: {
        'innocent-1.0.data/data/pyvenv.cfg': 'home = /nonexistent\n',
        'innocent-1.0.data/data/peft-sweep.lock': 'owned\n',
      },
    }),
  },
];

export function offersOfForm({ content }: FormAttack, marker: string): readonly Offer[] {
  return offersBeside({ name: 'innocent', version: '1.0', files: {}, ...content(marker) });
}
