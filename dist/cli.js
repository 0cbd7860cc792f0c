#!/usr/bin/env node
import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);

// src/cli.ts
var LINGER_MS = 500;
var interrupted = new AbortController();
async function main(argv) {
  if (process.platform === "win32") {
    process.stderr.write("peft-sweep: Windows is not supported. Run peft-sweep inside WSL.\n");
    return 2;
  }
  const asksForHelp = argv.length === 0 || argv[0] === "help" || argv.includes("--help") || argv.includes("-h");
  if (asksForHelp) return (await import("./chunks/help-BODRHJTN.js")).showHelp(argv, process);
  if (argv.includes("--version")) {
    process.stdout.write(`${"0.6.0"}
`);
    return 0;
  }
  return (await import("./chunks/run-XHPW4DLR.js")).runCommand(argv, interrupted.signal, process);
}
async function failed(error) {
  const status = await said(error);
  setTimeout(() => process.exit(status), LINGER_MS).unref();
  return status;
}
async function said(error) {
  try {
    return (await import("./chunks/failed-NRPT2GCU.js")).failed(
      error,
      process.argv.slice(2),
      interrupted.signal.aborted,
      process
    );
  } catch (unreadable) {
    const isLimit = /EMFILE|ENFILE|ENOMEM/.test(String(unreadable));
    const next = isLimit ? "Raise the limits of this machine, e.g. `ulimit -n 1024`" : "Install peft-sweep again";
    process.stderr.write(`peft-sweep: Its own files cannot be read. ${next}. ${String(error)}
`);
    return isLimit ? 3 : 70;
  }
}
function forgive(error) {
  if (error.code !== "EPIPE") throw error;
}
process.stdout.on("error", forgive);
process.stderr.on("error", forgive);
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, async (error) => process.exit(await said(error)));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(signal, () => interrupted.signal.aborted ? process.exit(130) : interrupted.abort());
process.exitCode = await main(process.argv.slice(2)).catch(failed);
