/** What a program of strangers is kept from. Levels from the strictest; what a level claims is tried before it is said. */
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { run } from './process.ts';
import { makeScratch, makeShared } from './scratch.ts';

/** Folders of this machine, as a contained program sees them: it has a root of its own with the system's programs and these. */
export interface Mounts {
  /** The one folder that it may write to; a file system in memory, gone with the program, where the level allows that. */
  readonly work: string;
  /** Folders that it can read. */
  readonly show: readonly string[];
  /** Device nodes of cards, beside the few that every program gets: name below /dev -> where it lies. */
  readonly nodes?: Readonly<Record<string, string>>;
}

/** What a contained program and all that it starts may take; it is ended when it takes more. */
export interface Limits {
  /** Bytes of data of one process, and of one file. */
  readonly bytes: number;
  /** Bytes of memory of all processes together. */
  readonly memory: number;
  readonly seconds: number;
}

export interface Containment {
  readonly name: string;
  /** What was tried at the start and is enforced, in words for the report. */
  readonly enforced: readonly string[];
  readonly missing: readonly string[];
  /** The command that runs another one with these mounts and no others. */
  wrap(mounts: Mounts, limits: Limits, command: readonly string[]): readonly string[];
}

/** The trusted interpreter and program that contain others. */
export interface Warden {
  readonly python: string;
  /** Folder of the Python package `peft_probe`. */
  readonly program: string;
}

export interface Ground {
  /** Folders that a probe needs. */
  readonly show: readonly string[];
  /** Folders whose files it must not see. */
  readonly hidden: readonly string[];
  /** The cache, under which scratch folders are made. */
  readonly cache: string;
}

export type Level = 'other-user' | 'user-namespace' | 'limits';

const PROCESSES = 512;
const OPEN_FILES = 4096;
const WORK_BYTES = 1024 ** 3;
const MOST_PROCESSES_SEEN = 8;
const NOBODY = 65534;

/** The folder of the program comes last, so that no file in it stands in for one of the standard library. */
const START = 'import sys; sys.path.append(sys.argv.pop(1)); from peft_probe.containment import main; main()';

const Seen = z.object({
  unreadable: z.array(z.string()),
  read: z.array(z.string()),
  connected: z.array(z.string()),
  network: z.boolean(),
  processes: z.number().nullable(),
  user: z.number(),
  nested: z.boolean(),
  capabilities: z.array(z.string().nullable()),
  limits: z.record(z.string(), z.number()),
});
type Seen = z.infer<typeof Seen> & { readonly marks: readonly string[] };

/** Each claim, and whether what was tried bears it out. */
const CLAIMS: readonly { readonly claim: string; readonly holds: (seen: Seen) => boolean }[] = [
  { claim: 'no network', holds: ({ network }) => !network },
  { claim: 'sockets of this machine hidden', holds: ({ connected }) => connected.length === 0 },
  {
    claim: 'own process tree',
    holds: ({ processes }) => processes !== null && processes <= MOST_PROCESSES_SEEN,
  },
  { claim: 'read-only files', holds: ({ marks }) => marks.length === 0 },
  { claim: 'homes, checkout and the runner’s files hidden', holds: ({ read }) => read.length === 0 },
  {
    claim: 'no capabilities',
    holds: ({ nested, capabilities: [effective, bounding, locked] }) =>
      !nested && /^0+$/.test(effective ?? '') && /^0+$/.test(bounding ?? '') && locked === '1',
  },
  {
    claim: 'memory, processes, time and file size limited',
    holds: ({ limits }) => Object.values(limits).every((limit) => limit > 0),
  },
];
const ANOTHER_USER = 'another user';

/** Levels by the user that starts them. A root that stays root is contained by nothing: devices and settings of the kernel obey it. */
const LEVELS: readonly { readonly level: Level; readonly name: string; readonly forRoot: boolean }[] = [
  { level: 'other-user', name: 'namespaces, another user', forRoot: true },
  { level: 'user-namespace', name: 'user namespaces', forRoot: false },
];

/** Tries the levels and returns the first in which a probe can work, with what was seen to hold there. */
export async function chooseContainment(warden: Warden, ground: Ground): Promise<Containment> {
  const asRoot = process.getuid?.() === 0;
  for (const { level, name } of LEVELS.filter(({ forRoot }) => forRoot === asRoot)) {
    const seen = await tryLevel(level, warden, ground);
    if (seen !== undefined && seen.unreadable.length === 0) return describe(name, level, warden, seen);
  }
  return describe('limits only', 'limits', warden, await tryLevel('limits', warden, ground));
}

function describe(name: string, level: Level, warden: Warden, seen: Seen | undefined): Containment {
  const held = seen === undefined ? [] : CLAIMS.filter(({ holds }) => holds(seen)).map(({ claim }) => claim);
  return {
    name,
    enforced: seen?.user === NOBODY ? [...held, ANOTHER_USER] : held,
    missing: CLAIMS.map(({ claim }) => claim).filter((claim) => !held.includes(claim)),
    wrap: (mounts, limits, command) => wrapped(level, warden, mounts, limits, command),
  };
}

/** The command that runs another one at a level of containment. */
export function wrapped(
  level: Level,
  warden: Warden,
  mounts: Mounts,
  limits: Limits,
  command: readonly string[],
): readonly string[] {
  const spec = {
    level,
    parent: process.pid,
    work: mounts.work,
    show: mounts.show,
    nodes: mounts.nodes ?? {},
    bytes: WORK_BYTES,
    limits: { DATA: limits.bytes, FSIZE: limits.bytes, NPROC: PROCESSES, NOFILE: OPEN_FILES, CORE: 0 },
    seconds: limits.seconds,
    memory: limits.memory,
  };
  return [warden.python, '-I', '-S', '-B', '-c', START, warden.program, JSON.stringify(spec), ...command];
}

/** What a program at this level could do, of what it must not; undefined where the level cannot be had. */
async function tryLevel(level: Level, warden: Warden, ground: Ground): Promise<Seen | undefined> {
  const mark = `peft-sweep-${process.pid}-${Math.round(performance.now() * 1000)}`;
  const common = makeShared();
  chmodSync(common, 0o755);
  const work = makeScratch(ground.cache, 'try');
  const folders = [...ground.show, join(ground.cache, 'tmp'), tmpdir(), '/dev/shm'];
  const socket = join(common, 'socket');
  const [local, network] = await Promise.all([listen(socket), listen(0)]);
  try {
    const spec = {
      readable: ground.show,
      files: ground.hidden.flatMap(someFiles),
      folders,
      mark,
      sockets: [socket],
      port: portOf(network),
    };
    const script = join(warden.program, 'peft_probe', 'containment', 'attempts.py');
    const command = [warden.python, '-I', '-S', '-B', script, JSON.stringify(spec)];
    const limits = { bytes: 1024 ** 3, memory: 1024 ** 3, seconds: 20 };
    const [program = '', ...args] = wrapped(
      level,
      warden,
      { work, show: [...ground.show, warden.program] },
      limits,
      command,
    );
    const { status, stdout } = await run(program, args, { timeoutMs: 30_000 });
    const seen = status === 0 ? Seen.safeParse(parsed(stdout)).data : undefined;
    const marks = folders.map((folder) => join(folder, mark)).filter((path) => existsSync(path));
    for (const path of marks) rmSync(path, { force: true });
    return seen && { ...seen, marks };
  } finally {
    for (const server of [local, network]) server?.close();
    for (const folder of [common, work]) rmSync(folder, { recursive: true, force: true });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A server that lets everybody connect; undefined where none can be had, which then nobody can connect to. */
function listen(where: string | number): Promise<Server | undefined> {
  return new Promise((done) => {
    const server = createServer((connection) => connection.destroy());
    server.on('error', () => done(undefined));
    if (typeof where === 'string') server.listen({ path: where, writableAll: true }, () => done(server));
    else server.listen(where, '127.0.0.1', () => done(server));
  });
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 9;
}

/** Some files that stand right in a folder. */
function someFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .slice(0, 20)
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** What a probe must not see: homes, the checkout that one works in, up to its top, and all that a runner of GitHub keeps. */
export function hiddenFolders(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): readonly string[] {
  const named = ['HOME', 'GITHUB_WORKSPACE', 'RUNNER_WORKSPACE', 'RUNNER_TEMP', 'RUNNER_TOOL_CACHE'].map(
    (name) => environment[name],
  );
  const wanted = [...named, folder, topOf(folder), '/home', '/root', '/run', '/opt/actions-runner'];
  return [...new Set(wanted.filter((path) => path !== undefined && path !== '' && existsSync(path)))].map((path) =>
    resolve(path ?? ''),
  );
}

/** The top of the checkout that a folder belongs to, if any. */
function topOf(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) return undefined;
  }
}
