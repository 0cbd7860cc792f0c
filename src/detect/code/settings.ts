/** What is set on a model after it is loaded, and acts as if it was loaded so: `model.config.use_cache = False`. */
import type { CodeFile } from './code-file.ts';

const USE_CACHE = /^[ \t]*[\w.]+\.config\.use_cache[ \t]*=[ \t]*(True|False)\b/gm;

export function readSettings(file: CodeFile): void {
  const { source } = file.module;
  for (const found of source.text.matchAll(USE_CACHE)) {
    const offset = found.index + found[0].length - 1;
    const node = source.top.resolveInner(offset);
    const scope = file.module.scopeOf(node);
    if (!file.values.runs(node, scope)) continue;
    const { line } = source.placeOf(offset);
    const written = [{ argument: 'use_cache', value: found[1] === 'True' }];
    file.settings.push({ written, at: `${file.module.file}:${line}`, scope, line });
  }
}
