import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Tree } from '../../src/ports/tree.ts';

const FOLDER = '__tests__/fixtures/manifests';

/** Manifests of our own making that hold what public repositories were seen to hold. */
export const FIXTURES: ReadonlyMap<string, string> = new Map(
  filesBelow(FOLDER).map((path) => [relative(FOLDER, path), readFileSync(path, 'utf8')]),
);

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** A tree in memory; `links` are paths that are symbolic links. */
export function treeOf(files: ReadonlyMap<string, string>, links: readonly string[] = []): Tree {
  return {
    files: async () => [
      ...[...files].map(([path, text]) => ({ path, bytes: Buffer.byteLength(text), kind: 'file' as const })),
      ...links.map((path) => ({ path, bytes: 0, kind: 'link' as const })),
    ],
    read: async (paths) => new Map(paths.flatMap((path) => (files.has(path) ? [[path, files.get(path) ?? '']] : []))),
  };
}
