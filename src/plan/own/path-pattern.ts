/**
 * A pattern of a user's own tried on a path, in a number of steps that goes by its length and the path's: foreign patterns
 * are given to no engine that backtracks. What it reads is a part of Python's `re`: letters, `.`, `\d`, `\w`, escaped signs,
 * `[abc]`, `*`, `+` and `?` of one sign, `(a|b)`, `(?:a|b)?`, `^`, `$`, and a `(?!...)` that it begins with.
 */

/** The places in a path that a part of a pattern ends at, from the places that it begins at. */
type Part = (path: string, starts: ReadonlySet<number>) => ReadonlySet<number>;

const LONGEST_PATTERN = 200;
const LONGEST_PATH = 400;
/** Groups in groups. */
const DEEPEST = 3;

class Unread extends Error {}

/** Whether a path fits a pattern as a whole; undefined for a pattern of another form. */
export function pathPattern(pattern: string): ((path: string) => boolean) | undefined {
  if (pattern.length > LONGEST_PATTERN) return undefined;
  const reader = new Reader(pattern);
  try {
    const part = reader.whole();
    return (path) => path.length <= LONGEST_PATH && part(path, new Set([0])).has(path.length);
  } catch (error) {
    if (error instanceof Unread) return undefined;
    throw error;
  }
}

class Reader {
  #at = 0;
  #depth = 0;
  /** Whether anything but what must be absent was read. */
  #hasBegun = false;

  constructor(private readonly pattern: string) {}

  whole(): Part {
    const part = this.#either();
    if (this.#at < this.pattern.length) throw new Unread();
    return part;
  }

  #either(): Part {
    const parts = [this.#sequence()];
    while (this.#takes('|')) parts.push(this.#sequence());
    return (path, starts) => new Set(parts.flatMap((part) => [...part(path, starts)]));
  }

  #sequence(): Part {
    const parts: Part[] = [];
    while (this.#at < this.pattern.length && !/[|)]/.test(this.#next())) parts.push(this.#quantified());
    return (path, starts) => parts.reduce((ends, part) => part(path, ends), starts);
  }

  #quantified(): Part {
    if (this.#takes('(?!')) return this.#absent();
    if (this.#takes('^')) return (_path, starts) => new Set([...starts].filter((start) => start === 0));
    if (this.#takes('$')) return (path, starts) => new Set([...starts].filter((start) => start === path.length));
    this.#hasBegun = true;
    return this.#takes('(') ? this.#group() : this.#repeated(this.#sign());
  }

  /** Tried from each place that it can begin at, so from the first one only. */
  #absent(): Part {
    if (this.#hasBegun || this.#depth > 0) throw new Unread();
    const part = this.#inside();
    this.#hasBegun = false;
    return (path, starts) => new Set([...starts].filter((start) => part(path, new Set([start])).size === 0));
  }

  #group(): Part {
    if (!this.#takes('?:') && this.#takes('?')) throw new Unread();
    const part = this.#inside();
    if (this.#takes('?')) return (path, starts) => new Set([...starts, ...part(path, starts)]);
    if (/[*+{]/.test(this.#next())) throw new Unread();
    return part;
  }

  #inside(): Part {
    this.#depth++;
    if (this.#depth > DEEPEST) throw new Unread();
    const part = this.#either();
    if (!this.#takes(')')) throw new Unread();
    this.#depth--;
    return part;
  }

  /** One sign: whether it is a given one. */
  #sign(): (sign: string) => boolean {
    const [set] = /^\[[\w.-]+\]/.exec(this.pattern.slice(this.#at)) ?? [];
    const [escaped] = /^\\([dw]|[^\w\s])/.exec(this.pattern.slice(this.#at)) ?? [];
    if (this.#takes('.')) return () => true;
    const one = set ?? escaped ?? this.#next();
    this.#at += one.length;
    if (set !== undefined || escaped !== undefined) return among(one);
    if (/[\\[\](){}*+?]/.test(one) || one === '') throw new Unread();
    return (sign) => sign === one;
  }

  /** How often, as far as it fits: for a whole path it is the same whether more or less of it is tried first. */
  #repeated(isSign: (sign: string) => boolean): Part {
    const often = ['*', '+', '?'].find((sign) => this.#takes(sign));
    if (often !== undefined) this.#takes('?');
    if (/[*+?{]/.test(this.#next())) throw new Unread();
    const one: Part = (path, starts) => new Set([...starts].filter((at) => fits(path, at, isSign)).map((at) => at + 1));
    if (often === undefined) return one;
    if (often === '?') return (path, starts) => new Set([...starts, ...one(path, starts)]);
    const more: Part = (path, starts) => onward(path, starts, isSign);
    return often === '*' ? more : (path, starts) => more(path, one(path, starts));
  }

  #next(): string {
    return this.pattern.charAt(this.#at);
  }

  #takes(text: string): boolean {
    const isHere = this.pattern.startsWith(text, this.#at);
    if (isHere) this.#at += text.length;
    return isHere;
  }
}

/** A set of signs by its own text: nothing in it repeats. */
function among(text: string): (sign: string) => boolean {
  try {
    const expression = new RegExp(`^${text}$`);
    return (sign) => expression.test(sign);
  } catch {
    throw new Unread();
  }
}

function fits(path: string, at: number, isSign: (sign: string) => boolean): boolean {
  return at < path.length && isSign(path.charAt(at));
}

/** Each place once, however many starts lead to it. */
function onward(path: string, starts: ReadonlySet<number>, isSign: (sign: string) => boolean): ReadonlySet<number> {
  const ends = new Set(starts);
  for (const end of ends) if (fits(path, end, isSign)) ends.add(end + 1);
  return ends;
}
