/** An entry of a table by a name that strangers choose: `constructor` and its like are no entries. */
export function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
