/** A value of a zod schema with each of its fields, made by walking the schema: what is added to it is in the sample too. */
import { z } from 'zod';

/** Texts of a form that cannot be read off a schema, by the schema. */
export type Forms = ReadonlyMap<z.core.$ZodType, unknown>;

export function sampleOf(schema: z.core.$ZodType, forms: Forms = new Map()): unknown {
  const known = forms.get(schema);
  if (known !== undefined) return known;
  const { def } = schema._zod;
  if (schema instanceof z.ZodObject)
    return Object.fromEntries(Object.entries(schema.shape).map(([name, inner]) => [name, sampleOf(inner, forms)]));
  if (schema instanceof z.ZodRecord) {
    const { keyType, valueType } = schema._zod.def;
    const names = keyType instanceof z.ZodEnum ? keyType.options : [sampleOf(keyType, forms)];
    return Object.fromEntries(names.map((name) => [name, sampleOf(valueType, forms)]));
  }
  if (schema instanceof z.ZodArray) return [sampleOf(schema.element, forms)];
  if (schema instanceof z.ZodEnum) return schema.options[0];
  if (schema instanceof z.ZodLiteral) return schema.value;
  if (schema instanceof z.ZodString) return 'some words';
  if (schema instanceof z.ZodNumber) return 3;
  if (schema instanceof z.ZodBoolean) return true;
  if ('innerType' in def) return sampleOf(def.innerType as z.core.$ZodType, forms);
  if (schema instanceof z.ZodUnion) for (const option of schema.options) return sampleOf(option, forms);
  if (schema instanceof z.ZodPipe) return sampleOf(schema._zod.def.out, forms);
  throw new Error(`sampleOf does not know ${def.type}: give it a line here, or a form.`);
}

/** The sample, as the schema itself reads it. */
export function readSample<Schema extends z.ZodType>(schema: Schema, forms: Forms = new Map()): z.infer<Schema> {
  return schema.parse(sampleOf(schema, forms));
}
