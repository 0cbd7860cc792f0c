/** Stands in for the driver's tool: a program named nvidia-smi in a folder for the PATH. It has seen no card. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from './scratch.ts';

export interface Answers {
  /** Lines of a query, without their header. */
  readonly query?: string;
  /** What `-L` lists. */
  readonly list?: string;
  /** What it says where it fails, and how it ends. */
  readonly trouble?: readonly [says: string, status: number];
  /** What a query answers from the so-many-eth time on. */
  readonly later?: readonly [query: string, after: number];
  /** A field that this driver does not know. */
  readonly without?: string;
}

/** The columns that are asked for, in their order. */
export const A100 =
  '0, GPU-7fdaf0a5-179b-f636-d15d-daf243e3ff16, NVIDIA A100-SXM4-80GB, 535.216.01, 81920, 81037, Default, 00000000:07:00.0, Disabled, 8.0';

/** The same card in a machine with several. */
export function another(index: number, changed: Readonly<Record<string, string>> = {}): string {
  const line = A100.replace(/^0/, String(index)).replace('7fdaf0a5', `7fdaf0a${index}`).replace(':07:', `:0${index}:`);
  return Object.entries(changed).reduce((text, [from, to]) => text.replace(from, to), line);
}

/** Surroundings in which this tool is the first on the PATH. */
export function withTool({ query = '', list = '', trouble, later, without }: Answers): { readonly PATH: string } {
  const folder = scratch('driver');
  const [says, status] = trouble ?? ['', 0];
  writeFileSync(
    join(folder, 'nvidia-smi'),
    [
      '#!/bin/sh',
      ...(trouble ? [`printf '%s\\n' ${quoted(says)}; exit ${status}`] : []),
      ...(without
        ? [
            `case "$1" in *${without}*) printf 'Field "%s" is not a valid field to query.\\n\\n' ${without}; exit 2;; esac`,
          ]
        : []),
      ...(later ? vanishing(folder, later) : []),
      `case "$1" in -L) printf '%s\\n' ${quoted(list)};; *) printf '%s\\n' ${quoted(query)};; esac`,
      '',
    ].join('\n'),
  );
  chmodSync(join(folder, 'nvidia-smi'), 0o755);
  return { PATH: `${folder}:/usr/bin:/bin` };
}

/** Counts its own calls in a file. */
function vanishing(folder: string, [query, after]: readonly [string, number]): readonly string[] {
  const calls = quoted(join(folder, 'calls'));
  return [
    `echo x >> ${calls}`,
    `if [ $(wc -l < ${calls}) -gt ${after} ]; then printf '%s\\n' ${quoted(query)}; exit; fi`,
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
