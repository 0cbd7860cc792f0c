/** A type whose values are read and never written, all the way down. */
export type Immutable<Value> = Value extends readonly unknown[] | object
  ? { readonly [Key in keyof Value]: Immutable<Value[Key]> }
  : Value;
