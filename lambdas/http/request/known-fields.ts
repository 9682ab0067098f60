import * as z from 'zod';

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return unwrap(schema.def.innerType);
  return schema;
}

/** The names of the fields that an object at this path of a schema may have. */
export function knownFields(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  let current = unwrap(schema);
  for (const part of path) {
    if (current instanceof z.ZodArray) current = unwrap(current.def.element);
    else if (current instanceof z.ZodObject) current = unwrap(current.shape[String(part)] ?? z.unknown());
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}
