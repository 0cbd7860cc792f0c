/** Values as Python writes them. */

/** What stands for an object of a package: `{"torch": "float32"}`, `{"make": "a.B", "with": {}}`, `{"peft": "C", "with": {}}`. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  return object(Object.entries(value));
}

function object(entries: readonly (readonly [string, unknown])[]): string {
  const of = new Map(entries);
  const torch = of.get('torch');
  if (typeof torch === 'string' && of.size === 1) return `torch.${torch}`;
  if (of.has('is') && of.size === 1) return literal(of.get('is'));
  const make = of.get('make');
  if (typeof make === 'string') return `${make}(${keywordsOf(of.get('with'))})`;
  const peft = of.get('peft');
  if (typeof peft === 'string') return `peft.tuners.lora.config.${peft}(${keywordsOf(of.get('with'))})`;
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}: ${literal(one)}`).join(', ')}}`;
}

function keywordsOf(values: unknown): string {
  return Object.entries(values ?? {})
    .map(([name, value]) => `${name}=${literal(value)}`)
    .join(', ');
}
