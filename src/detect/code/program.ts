/** Python files as one program: what a function reaches by calls and imports counts for the configurations in it. */
import { stringValue, textOf } from '../../formats/languages/python-tree.ts';
import { LIBRARIES, type Origin } from './code-file.ts';
import { configuredBy } from './configs.ts';
import type { Facts, MethodFact, ModelFact, QuantizationFact } from './fact.ts';
import { factsOf } from './facts.ts';
import { type Module, readModule, type Scope } from './module.ts';
import { type Elsewhere, sure, type Value } from './values.ts';

/** What a method is put on, as far as the program says; `isNear` where one way of calling leads there, `isFar` where many do. */
export interface Context {
  readonly models: readonly ModelFact[];
  readonly quantizations: readonly QuantizationFact[];
  readonly tasks: readonly string[];
  /** Code paths that are taken there. */
  readonly paths: readonly string[];
  readonly isNear: boolean;
  readonly isFar: boolean;
}

/** More callers than this say nothing of each other. */
const FEW = 3;
/** Callers are asked so many steps up, and so many functions are looked at in all. */
const MOST_UP = 4;
const MOST_REACHED = 300;

export class Program {
  readonly #modules = new Map<string, Module>();
  readonly #facts = new Map<string, Facts>();
  readonly #defaults = new Map<string, ReadonlyMap<string, Value>>();
  readonly #down = new Map<string, ReadonlySet<string>>();
  readonly #up = new Map<string, Set<string>>();
  readonly #contexts = new Map<string, Context>();

  /** `texts` are parsed; `paths` are all Python files there are; `yaml` gives a configuration by its path. */
  constructor(
    texts: ReadonlyMap<string, string>,
    private readonly paths: ReadonlySet<string>,
    private readonly yaml: (path: string) => string | undefined,
  ) {
    for (const [file, text] of texts) this.#modules.set(file, readModule(file, text));
    for (const module of this.#modules.values()) this.#defaults.set(module.file, defaultsOf(module));
    for (const module of this.#modules.values())
      this.#facts.set(module.file, factsOf(module, this.#originIn(module), this.#elsewhere(module)));
    for (const module of this.#modules.values()) this.#readEdges(module);
  }

  files(): readonly string[] {
    return [...this.#modules.keys()];
  }

  factsOf(file: string): Facts | undefined {
    return this.#facts.get(file);
  }

  /** What can be said of a method: from what its function reaches, else from its callers, else from its file. */
  contextOf(file: string, { scope }: MethodFact): Context {
    const own = nodeOf(file, scope);
    const known = this.#contexts.get(own) ?? this.#findContext(file, own);
    this.#contexts.set(own, known);
    return known;
  }

  #findContext(file: string, own: string): Context {
    let level: readonly string[] = [own];
    const seen = new Set(level);
    for (let up = 0; up <= MOST_UP && level.length > 0; up++) {
      const context = this.#contextIn(this.#reached(level), level.length);
      if (context.models.length > 0) return context;
      level = [...new Set(level.flatMap((node) => [...(this.#up.get(node) ?? [])]))].filter((node) => !seen.has(node));
      for (const node of level) seen.add(node);
    }
    const inFile = [...(this.#modules.get(file)?.scopes ?? [])].map((scope) => nodeOf(file, scope));
    return this.#contextIn(inFile, Number.POSITIVE_INFINITY);
  }

  #contextIn(nodes: Iterable<string>, callers: number): Context {
    const models: ModelFact[] = [];
    const quantizations: QuantizationFact[] = [];
    const tasks: string[] = [];
    const paths: string[] = [];
    for (const node of nodes) {
      const [file = '', scope = ''] = node.split('\0');
      const facts = this.#facts.get(file);
      models.push(...(facts?.models ?? []).filter((one) => one.scope === scope));
      quantizations.push(...(facts?.quantizations ?? []).filter((one) => one.scope === scope));
      tasks.push(...(facts?.trainers ?? []).filter((one) => one.scope === scope).map(({ task }) => task));
      paths.push(...(facts?.paths ?? []).filter((one) => one.scope === scope).map(({ path }) => path));
    }
    return {
      models: distinct(models),
      quantizations: distinct(quantizations),
      tasks: [...new Set(tasks)],
      paths: [...new Set(paths)],
      isNear: callers === 1,
      isFar: callers > FEW,
    };
  }

  #reached(from: readonly string[]): ReadonlySet<string> {
    const reached = new Set(from);
    for (const node of reached)
      for (const next of this.#down.get(node) ?? []) if (reached.size < MOST_REACHED) reached.add(next);
    return reached;
  }

  #readEdges(module: Module): void {
    const callsIn = new Map<Scope, Module['calls'][number][]>();
    for (const call of module.calls) {
      const known = callsIn.get(call.scope);
      if (known) known.push(call);
      else callsIn.set(call.scope, [call]);
    }
    for (const scope of module.scopes) {
      const targets = new Set<string>();
      for (const name of module.mentions.get(scope) ?? []) {
        const target = this.#definition(module, name, 0);
        if (target !== undefined) targets.add(target);
      }
      for (const call of callsIn.get(scope) ?? []) {
        const [root = '', name = '', ...more] = call.name.split('.');
        const there = name !== '' && more.length === 0 ? this.#moduleNamed(module, root) : undefined;
        if (there?.scopes.has(name)) targets.add(nodeOf(there.file, name));
      }
      const own = nodeOf(module.file, scope);
      targets.delete(own);
      this.#down.set(own, targets);
      for (const target of targets) this.#up.set(target, (this.#up.get(target) ?? new Set()).add(own));
    }
  }

  /** Where a name of a module is defined in the program. */
  #definition(module: Module, name: string, depth: number): string | undefined {
    if (module.scopes.has(name) && name !== '') return nodeOf(module.file, name);
    const imported = module.imports.get(name);
    if (imported?.name === undefined || depth > 3) return undefined;
    const there = this.#own(module.file, imported.module);
    return there && this.#definition(there, imported.name, depth + 1);
  }

  #moduleNamed(module: Module, name: string): Module | undefined {
    const imported = module.imports.get(name);
    if (imported === undefined) return undefined;
    const path = imported.name === undefined ? imported.module : joinedName(imported.module, imported.name);
    return this.#own(module.file, path);
  }

  #own(file: string, written: string): Module | undefined {
    // A repository that is such a library calls itself by its name; what it calls is that library's.
    if (LIBRARIES.test(written)) return undefined;
    const path = ownFile(file, written, this.paths);
    return path === undefined ? undefined : this.#modules.get(path);
  }

  /** A name of a library, through own modules that hand it on. */
  #originIn(module: Module, depth = 0): Origin {
    return (name) => {
      const imported = module.imports.get(name);
      if (imported === undefined) {
        const there = depth > 3 ? [] : module.wildcards.flatMap((from) => this.#own(module.file, from) ?? []);
        return there.map((one) => this.#originIn(one, depth + 1)(name)).find((one) => one !== undefined);
      }
      const there = depth > 3 ? undefined : this.#own(module.file, imported.module);
      if (there && imported.name !== undefined) return this.#originIn(there, depth + 1)(imported.name);
      return { module: imported.module, name: imported.name ?? imported.module };
    };
  }

  #elsewhere(module: Module): Elsewhere {
    const near = [...new Set([...module.imports.values()].map((one) => one.module))].flatMap(
      (written) => this.#own(module.file, written) ?? [],
    );
    return {
      defaultOf: (name) =>
        [module, ...near].map((one) => this.#defaults.get(one.file)?.get(name)).find((value) => value !== undefined),
      configured: (of, call, path) => configuredBy(of, call, path, this.yaml),
    };
  }
}

function nodeOf(file: string, scope: Scope): string {
  return `${file}\0${scope}`;
}

/** Facts that say the same, once: code repeats itself. */
function distinct<Fact extends { readonly line: number }>(facts: readonly Fact[]): readonly Fact[] {
  return [...new Map(facts.map((fact) => [JSON.stringify({ ...fact, line: 0, at: '' }), fact])).values()];
}

function joinedName(module: string, name: string): string {
  return module.endsWith('.') ? `${module}${name}` : `${module}.${name}`;
}

/** The file that a module name means, seen from a file: beside it, or from a folder above it. */
export function ownFile(file: string, written: string, paths: ReadonlySet<string>): string | undefined {
  const dots = /^\.*/.exec(written)?.[0].length ?? 0;
  const parts = written.slice(dots).split('.').filter(Boolean);
  const folder = file.split('/').slice(0, -1);
  const starts =
    dots > 0
      ? [folder.slice(0, Math.max(0, folder.length - dots + 1))]
      : Array.from({ length: folder.length + 1 }, (_, up) => folder.slice(0, folder.length - up));
  for (const start of [...starts, ...(dots > 0 ? [] : [['src']])]) {
    const path = [...start, ...parts].join('/');
    for (const candidate of [`${path}.py`, `${path}/__init__.py`]) if (paths.has(candidate)) return candidate;
  }
  return undefined;
}

/** Defaults of command line arguments and of fields, by name; two that differ are both possible. */
function defaultsOf(module: Module): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  const note = (name: string, text: string | undefined) => {
    if (text === undefined) return;
    const texts = [...new Set([...(found.get(name)?.texts ?? []), text])];
    found.set(name, { texts, isSure: texts.length === 1 });
  };
  const literal = (node: Parameters<typeof stringValue>[1]) =>
    stringValue(module.source, node) ??
    (node && ['Boolean', 'None', 'Number'].includes(node.name) ? textOf(module.source, node) : undefined);
  for (const call of module.calls) {
    if (!call.name.endsWith('add_argument')) continue;
    const flag = call.positional.map((one) => stringValue(module.source, one)).find((one) => one?.startsWith('--'));
    const action = stringValue(module.source, call.keywords.get('action'));
    const byAction = action === 'store_true' ? 'False' : action === 'store_false' ? 'True' : undefined;
    if (flag) note(flag.slice(2).replaceAll('-', '_'), literal(call.keywords.get('default')) ?? byAction);
  }
  for (const [name, nodes] of module.fields)
    for (const node of nodes) {
      const call =
        node.name === 'CallExpression'
          ? module.calls.find((one) => one.node.from === node.from && one.node.to === node.to)
          : undefined;
      note(name, literal(call ? call.keywords.get('default') : node));
    }
  // What nobody gives a value has none: `None` is what has to be given.
  return new Map(
    [...found].map(([name, value]) => [name, value.texts.join() === 'None' ? { ...sure('None') } : value]),
  );
}
