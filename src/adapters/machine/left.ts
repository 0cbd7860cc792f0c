/**
 * What a cell leaves behind: files, in one record on the probe's channel. Nothing is copied or read out of a folder that
 * strangers' code wrote to, so there are no links to follow and no file that changes or never ends.
 */
import { z } from 'zod';
import type { Folder } from '../../ports/probes.ts';

/** A plain name, in one folder at most. */
const FileName = z.string().regex(/^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}\/)?[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$/);
const CellName = z.string().regex(/^[a-z0-9+_-]+(?:\/[a-z0-9+_.-]+){3}$/);
const MOST_FILES = 64;

/** For other environments, or for judges; the file that must be among them. */
const KINDS = { handover: 'logits.json', evidence: 'judged.safetensors' } as const;
type Kind = keyof typeof KINDS;

export interface Left {
  readonly cell: string;
  /** Name -> content in base64. */
  readonly files: Readonly<Record<string, string>>;
}

/** Whether a line claims to be of a kind. */
export function isLeft(line: string, kind: Kind): boolean {
  return line.startsWith(`{"kind": "${kind}"`);
}

/** What a line leaves; undefined where it is not in its form, or of a cell that was not asked for. */
export function leftIn(line: string, kind: Kind, cells: readonly string[]): Left | undefined {
  const { data } = schemaOf(kind).safeParse(parsed(line));
  return data !== undefined && cells.includes(data.cell) ? data : undefined;
}

function schemaOf(kind: Kind) {
  const files = z
    .record(FileName, z.base64())
    .refine((record) => Object.keys(record).length <= MOST_FILES && KINDS[kind] in record);
  return z.object({ kind: z.literal(kind), cell: CellName, files });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What cells left for judges, held in memory until it is taken: once, by the one that judges its cell. */
export class Evidence {
  readonly #left = new Map<string, Folder>();

  constructor(private readonly cells: readonly string[]) {}

  /** Whether a line was evidence; one that is not in its form is thrown away, and so is a second one of the same cell. */
  take(line: string): boolean {
    if (!isLeft(line, 'evidence')) return false;
    const left = leftIn(line, 'evidence', this.cells);
    if (left !== undefined && !this.#left.has(left.cell)) this.#left.set(left.cell, folderOf(left));
    return true;
  }

  give(cell: string): Folder | undefined {
    const folder = this.#left.get(cell);
    this.#left.delete(cell);
    return folder;
  }
}

function folderOf({ files }: Left): Folder {
  const contents = new Map(Object.entries(files));
  return {
    names: [...contents.keys()],
    read: (name) => {
      const content = contents.get(name);
      return content === undefined ? undefined : Buffer.from(content, 'base64');
    },
  };
}
