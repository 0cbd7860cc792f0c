import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isLeft, leftIn } from './left.ts';

/**
 * What the cells of base environments saved, for the others to load. It arrives as a record, since nothing is copied out
 * of a folder that strangers' code wrote to; a cell's files appear whole or not at all.
 */
export class Handover {
  constructor(private readonly root: string) {}

  folder(environmentId: string): string {
    return join(this.root, environmentId);
  }

  /** The same, made where nothing is in it yet: a probe that will load from it may be started before. */
  open(environmentId: string): string {
    const folder = this.folder(environmentId);
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    return folder;
  }

  has(environmentId: string, cell: string): boolean {
    return existsSync(join(this.folder(environmentId), folderName(cell)));
  }

  /** Whether a line was a handover; one that is not in its form, or of a cell that was not asked for, is thrown away. */
  take(environmentId: string, line: string, cells: readonly string[]): boolean {
    if (!isLeft(line, 'handover')) return false;
    const record = leftIn(line, 'handover', cells);
    if (record !== undefined) this.#tryToKeep(join(this.folder(environmentId), folderName(record.cell)), record.files);
    return true;
  }

  /** What cannot be kept is not there, and the cell that left it is not measured. */
  #tryToKeep(target: string, files: Readonly<Record<string, string>>): void {
    try {
      this.#keep(target, files);
    } catch {
      rmSync(target, { recursive: true, force: true });
    }
  }

  #keep(target: string, files: Readonly<Record<string, string>>): void {
    const aside = `${target}.${process.pid}`;
    rmSync(aside, { recursive: true, force: true });
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(aside, name)), { recursive: true });
      writeFileSync(join(aside, name), Buffer.from(content, 'base64'));
      // Probes may run as another user.
      chmodSync(join(aside, name), 0o644);
      chmodSync(dirname(join(aside, name)), 0o755);
    }
    rmSync(target, { recursive: true, force: true });
    renameSync(aside, target);
    for (const folder of [target, dirname(target)]) chmodSync(folder, 0o755);
  }
}

function folderName(cell: string): string {
  return cell.replaceAll('/', '__');
}

/** What a cell left most recently, of all plans that one output folder has seen: below it a folder for each. */
export function findHandover(
  out: string,
  cell: string,
): { readonly folder: string; readonly environmentId: string } | undefined {
  const plans = existsSync(out) ? readdirSync(out).map((name) => join(out, name)) : [];
  const left = plans.flatMap((folder) =>
    readdirSync(folder)
      .filter((environmentId) => existsSync(join(folder, environmentId, folderName(cell))))
      .map((environmentId) => ({ folder, environmentId })),
  );
  const at = (one: (typeof left)[number]) => statSync(join(one.folder, one.environmentId, folderName(cell))).mtimeMs;
  return left.toSorted((one, other) => at(one) - at(other)).at(-1);
}
