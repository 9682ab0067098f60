import * as z from 'zod';

/** What a value may be, without what is wrapped around it; of a union each of its options. */
function bare(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  )
    return bare(schema.def.innerType);
  return schema instanceof z.ZodUnion ? schema.def.options.flatMap(bare) : [schema];
}

function within(schema: z.core.$ZodType, part: PropertyKey): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return bare(schema.def.element);
  const field = schema instanceof z.ZodObject ? schema.shape[String(part)] : undefined;
  return field === undefined ? [] : bare(field);
}

/** The names of the fields that an object at this path of a schema may have. */
export function knownFields(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const found = path.reduce((level, part) => level.flatMap((one) => within(one, part)), bare(schema));
  return [...new Set(found.flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : [])))];
}
