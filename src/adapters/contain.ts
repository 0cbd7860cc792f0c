/** What a probe is kept from: other networks, processes and files. Levels from the strictest; the first that works is used. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from './process.ts';

/** Folders of this machine, by what a probe may do with them. */
export interface Rooms {
  /** The one folder that it may write to. */
  readonly writable: string;
  /** Covered by an empty folder: homes, the runner's files, the checkout. */
  readonly hidden: readonly string[];
  /** Readable all the same, though they stand inside a hidden one. */
  readonly kept: readonly string[];
}

export interface Containment {
  readonly name: string;
  /** What is enforced, in words for the report. */
  readonly enforced: readonly string[];
  readonly missing: readonly string[];
  /** The command that runs another one in these rooms. */
  wrap(rooms: Rooms, command: readonly string[]): readonly string[];
}

/**
 * Runs in new mount, network and process namespaces. What is kept is bound to a staging folder, what is hidden is covered
 * by an empty file system, what is kept is bound back; then every mount but the work folder becomes read-only, and all
 * capabilities are dropped for good, so that nothing can be mounted back. Arguments: user, work folder, hidden folders and
 * kept folders (one a line each), the command.
 */
const INSIDE = `
set -f
IFS='
'
user="$1"; work="$2"; hidden="$3"; kept="$4"; shift 4
mount -t proc proc /proc 2>/dev/null || true
mount -t tmpfs -o mode=755,size=4m none /mnt || exit 125
number=0
for folder in $work $kept; do
  mkdir "/mnt/$number" && mount --bind "$folder" "/mnt/$number" || exit 125
  number=$((number + 1))
done
for folder in $hidden; do mount -t tmpfs -o mode=755,size=4m none "$folder" || exit 125; done
number=0
for folder in $work $kept; do
  mkdir -p "$folder" && mount --bind "/mnt/$number" "$folder" || exit 125
  umount "/mnt/$number"
  number=$((number + 1))
done
while read -r line; do
  target=$(printf '%s' "$line" | cut -d ' ' -f 5)
  case "$target" in "$work"|/proc|/proc/*|/sys|/sys/*|/dev|/dev/*) continue;; esac
  mount -o remount,bind,ro "$target" 2>/dev/null || [ "$target" != / ] || exit 125
done < /proc/self/mountinfo
cd "$work" || exit 125
if [ "$user" = other ]; then
  chown -R 65534:65534 "$work" || exit 125
  exec setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
fi
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
`;

const LIMITS = 'memory, time and file size limited';
const ALL = [
  'no network',
  'own process tree',
  'read-only files',
  'homes and the runner’s files hidden',
  'no capabilities',
  LIMITS,
];

function namespaces(
  name: string,
  extra: readonly string[],
  user: 'other' | 'same',
  enforced: readonly string[],
): Containment {
  return {
    name,
    enforced,
    missing: [],
    wrap: ({ writable, hidden, kept }, command) => [
      ...[
        'unshare',
        ...extra,
        '--mount',
        '--net',
        '--pid',
        '--ipc',
        '--fork',
        '--kill-child',
        '--propagation',
        'private',
      ],
      ...['sh', '-c', INSIDE, 'sh', user, writable, hidden.join('\n'), kept.join('\n'), ...command],
    ],
  };
}

const LEVELS: readonly Containment[] = [
  namespaces('namespaces, another user', [], 'other', [...ALL, 'another user']),
  namespaces('namespaces', [], 'same', ALL),
  namespaces('user namespaces', ['--user', '--map-root-user'], 'same', ALL),
  {
    name: 'limits only',
    enforced: [LIMITS],
    missing: ALL.filter((what) => what !== LIMITS && what !== 'no capabilities'),
    wrap: (_rooms, command) => command,
  },
];

/** Tries the levels with a harmless command in the same rooms, and returns the first that this machine allows. */
export async function chooseContainment(rooms: Rooms, harmless: readonly string[]): Promise<Containment> {
  for (const level of LEVELS) {
    const [command = '', ...args] = level.wrap(rooms, harmless);
    if ((await run(command, args, { timeoutMs: 20_000 })).status === 0) return level;
  }
  throw new Error('the last level of containment always works');
}

/** What is hidden on this machine: homes, the folder one works in, and all that a runner of GitHub keeps. */
export function hiddenFolders(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): readonly string[] {
  const named = ['HOME', 'GITHUB_WORKSPACE', 'RUNNER_WORKSPACE', 'RUNNER_TEMP', 'RUNNER_TOOL_CACHE'].map(
    (name) => environment[name],
  );
  const wanted = [...named, folder, '/home', '/root', '/run', '/opt/actions-runner'];
  const present = [
    ...new Set(
      wanted.filter((path) => path !== undefined && path !== '' && existsSync(path)).map((path) => resolve(path ?? '')),
    ),
  ];
  return outermost(present.filter((path) => path !== '/' && path !== '/tmp'));
}

/**
 * The outermost folder above each path that only its owner may enter: another user reaches what stands inside only when
 * it is covered and the path is bound back.
 */
export function closedAncestors(paths: readonly string[]): readonly string[] {
  const closed = paths.flatMap((path) => {
    const parts = resolve(path).split('/').slice(1);
    const above = parts.map((_, index) => `/${parts.slice(0, index).join('/')}`);
    return above.find((folder) => folder !== '/' && isClosed(folder)) ?? [];
  });
  return [...new Set(closed)];
}

function isClosed(folder: string): boolean {
  const state = statSync(folder, { throwIfNoEntry: false });
  return state !== undefined && (state.mode & 0o001) === 0;
}

/** Folders that stand in no other of the list: one cover serves all below it. */
export function outermost(folders: readonly string[]): readonly string[] {
  return folders.filter((one) => !folders.some((other) => other !== one && one.startsWith(`${other}/`)));
}
