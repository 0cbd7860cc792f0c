import { freemem } from 'node:os';
import type { ProbeProcess } from './probe-process.ts';
import { removeFolders } from './scratch.ts';

export interface WantedProbe {
  /** Processes of one key can stand in for each other. */
  readonly key: string;
  readonly start: () => ProbeProcess;
}

/** Processes that wait for cells; each holds 0.8 GB, most of it shared with nobody. */
const MOST_WAITING = 2;
/** Bytes that must be free for one more: imports take up to 1 GB, and cells that run must find room. */
const ROOM = 3 * 1024 ** 3;

/**
 * Probes that were started before anybody asked for their cells. No more of them import at once than there are processors,
 * those that already have cells included.
 */
export class ProbesAhead {
  #wanted: readonly WantedProbe[] = [];
  readonly #waiting = new Map<string, ProbeProcess>();
  readonly #minded = new Set<ProbeProcess>();
  #isAlone = false;

  constructor(
    private readonly processors: number,
    private readonly free: () => number = freemem,
  ) {}

  /** What may be asked for next, the likelier first. What waits and is not among it is ended. */
  async want(wanted: readonly WantedProbe[]): Promise<void> {
    this.#wanted = wanted;
    const others = [...this.#waiting].filter(([key]) => !wanted.some((one) => one.key === key));
    const gone = others.map(([key, probe]) => this.#end(key, probe));
    this.goOn();
    await Promise.all(gone);
  }

  /** Starts what there is room for now. */
  goOn(): void {
    for (const [key, probe] of this.#waiting) if (!probe.isAlive) void this.#end(key, probe);
    if (this.#isAlone) return;
    for (const { key, start } of this.#wanted) {
      if (this.#waiting.size >= MOST_WAITING || this.#importing() >= this.processors || this.free() < ROOM) return;
      if (!this.#waiting.has(key)) this.#waiting.set(key, start());
    }
  }

  /** The one of a key, which is then the caller's. One that has ended says nothing: it was never asked. */
  take(key: string): ProbeProcess | undefined {
    const probe = this.#waiting.get(key);
    this.#wanted = this.#wanted.filter((one) => one.key !== key);
    if (probe === undefined) return undefined;
    this.#waiting.delete(key);
    if (probe.isAlive) return probe;
    void this.#end(key, probe);
    return undefined;
  }

  /** Ends all that wait and starts none until what runs alone has ended. */
  async leaveAlone(): Promise<void> {
    this.#isAlone = true;
    await this.want([]);
  }

  /** Counts one that has cells for as long as it runs. */
  mind(probe: ProbeProcess): void {
    this.#minded.add(probe);
    const forget = () => {
      this.#minded.delete(probe);
      this.#isAlone = false;
      this.goOn();
    };
    probe.ended.then(forget, forget);
  }

  #importing(): number {
    return [...this.#minded, ...this.#waiting.values()].filter(({ isImporting }) => isImporting).length;
  }

  async #end(key: string, probe: ProbeProcess): Promise<void> {
    this.#waiting.delete(key);
    probe.stop('interrupted');
    await probe.ended.catch(() => undefined);
    await removeFolders([probe.work]);
  }
}
