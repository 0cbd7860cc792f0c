/** What a probe is kept from: other networks, processes and files. Levels from the strictest; the first that works is used. */
import { run } from './process.ts';

export interface Containment {
  readonly name: string;
  /** What is enforced, in words for the report. */
  readonly enforced: readonly string[];
  readonly missing: readonly string[];
  /** The command that runs another one, given the one folder that it may write to. */
  wrap(writable: string, command: readonly string[]): readonly string[];
}

/**
 * Runs in new mount, network and process namespaces: every mount but the work folder becomes read-only, then all
 * capabilities are dropped for good, so that nothing can be mounted back.
 */
const INSIDE = `
work="$1"; shift
mount -t proc proc /proc 2>/dev/null || true
mount --bind "$work" "$work" || exit 125
while read -r _ _ _ _ target _; do
  case "$target" in "$work"|/proc|/proc/*|/sys|/sys/*|/dev|/dev/*) continue;; esac
  mount -o remount,bind,ro "$target" 2>/dev/null || [ "$target" != / ] || exit 125
done < /proc/self/mountinfo
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
`;

const ALL = [
  'no network',
  'own process tree',
  'read-only files',
  'no capabilities',
  'memory, time and file size limited',
];

function namespaces(name: string, extra: readonly string[]): Containment {
  return {
    name,
    enforced: ALL,
    missing: [],
    wrap: (writable, command) => [
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
      ...['sh', '-c', INSIDE, 'sh', writable, ...command],
    ],
  };
}

const LEVELS: readonly Containment[] = [
  namespaces('namespaces', []),
  namespaces('user namespaces', ['--user', '--map-root-user']),
  {
    name: 'limits only',
    enforced: ['memory, time and file size limited'],
    missing: ['no network', 'own process tree', 'read-only files'],
    wrap: (_writable, command) => command,
  },
];

/** Tries the levels with a harmless command and returns the first that this machine allows. */
export async function chooseContainment(writable: string): Promise<Containment> {
  for (const level of LEVELS) {
    const [command = '', ...args] = level.wrap(writable, ['true']);
    if ((await run(command, args, { timeoutMs: 20_000 })).status === 0) return level;
  }
  throw new Error('the last level of containment always works');
}
