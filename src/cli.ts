#!/usr/bin/env node
/**
 * The command line. What a command needs is loaded when there is one: help and version are there at once, and where not
 * even our own files can be read, that has its status too.
 */
declare const TOOL_VERSION: string;

/** How long sockets and children may take to go away after an error. */
const LINGER_MS = 500;
const interrupted = new AbortController();

async function main(argv: readonly string[]): Promise<number> {
  if (process.platform === 'win32') {
    process.stderr.write('peft-sweep: Windows is not supported. Run peft-sweep inside WSL.\n');
    return 2;
  }
  const asksForHelp = argv.length === 0 || argv[0] === 'help' || argv.includes('--help') || argv.includes('-h');
  if (asksForHelp) return (await import('./commands/help.ts')).showHelp(argv, process);
  if (argv.includes('--version')) {
    process.stdout.write(`${TOOL_VERSION}\n`);
    return 0;
  }
  return (await import('./commands/run.ts')).runCommand(argv, interrupted.signal, process);
}

/** Says what went wrong, and ends soon whatever still hangs. */
async function failed(error: unknown): Promise<number> {
  const status = await said(error);
  setTimeout(() => process.exit(status), LINGER_MS).unref();
  return status;
}

async function said(error: unknown): Promise<number> {
  try {
    return (await import('./commands/failed.ts')).failed(
      error,
      process.argv.slice(2),
      interrupted.signal.aborted,
      process,
    );
  } catch (unreadable) {
    const isLimit = /EMFILE|ENFILE|ENOMEM/.test(String(unreadable));
    const next = isLimit ? 'Raise the limits of this machine, e.g. `ulimit -n 1024`' : 'Install peft-sweep again';
    process.stderr.write(`peft-sweep: Its own files cannot be read. ${next}. ${String(error)}\n`);
    return isLimit ? 3 : 70;
  }
}

/** Who pipes into `head` has seen enough; what is being measured goes on. */
function forgive(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

process.stdout.on('error', forgive);
process.stderr.on('error', forgive);
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, async (error: unknown) => process.exit(await said(error)));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => (interrupted.signal.aborted ? process.exit(130) : interrupted.abort()));
process.exitCode = await main(process.argv.slice(2)).catch(failed);
