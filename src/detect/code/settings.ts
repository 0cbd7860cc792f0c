/** What is set on a model after it is loaded: `model.config.use_cache = False` is a code path. */
import type { CodeFile } from './code-file.ts';

const WITHOUT_CACHE = /^[ \t]*[\w.]+\.config\.use_cache[ \t]*=[ \t]*False\b/gm;

export function readSettings(file: CodeFile): void {
  const { source } = file.module;
  for (const found of source.text.matchAll(WITHOUT_CACHE)) {
    const offset = found.index + found[0].length - 1;
    const node = source.top.resolveInner(offset);
    const scope = file.module.scopeOf(node);
    const { line } = source.placeOf(offset);
    if (file.values.runs(node, scope)) file.paths.push({ path: 'no-cache', scope, line });
  }
}
