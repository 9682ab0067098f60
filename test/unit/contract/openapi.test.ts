import { expect, test } from 'vitest';
import { doors } from '../../../contract/api/doors.ts';
import { errors } from '../../../contract/api/errors.ts';
import { errorsOf, openapiDocument } from '../../../contract/api/openapi.ts';
import { routeRows } from '../../../contract/api/routes.ts';

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly schema: Record<string, unknown> }[];
  readonly responses: Record<string, unknown>;
  readonly requestBody?: unknown;
}
const document = openapiDocument() as { paths: Record<string, Record<string, Operation>>; components: unknown };

test('every route is in the document at each of its doors, with each of its statuses, and nothing else is', () => {
  const expected = routeRows.flatMap(([, row]) =>
    row.doors.map((door) => `${row.method} ${doors[door].prefix}${row.path}`),
  );
  const found = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(found.sort()).toEqual(expected.sort());
  for (const [, row] of routeRows)
    for (const door of row.doors) {
      const operation = document.paths[`${doors[door].prefix}${row.path}`]?.[row.method.toLowerCase()];
      const statuses = new Set([...Object.keys(row.answers), ...errorsOf(row).map((code) => `${errors[code].status}`)]);
      expect(Object.keys(operation?.responses ?? {}).sort()).toEqual([...statuses].sort());
      expect(operation?.requestBody !== undefined).toBe(row.body !== undefined || row.bytes === 'body');
    }
});

test('every reference in the document leads to a component', () => {
  const components = document.components as { schemas: Record<string, unknown> };
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]);
  expect(references.length).toBeGreaterThan(0);
  for (const reference of references)
    expect(Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`)).toContain(reference);
});

test('a parameter says what stands for it when it is left out, as a caller would write it', () => {
  const parametersOf = (path: string, method: string) =>
    Object.fromEntries(document.paths[path]?.[method]?.parameters.map(({ name, schema }) => [name, schema]) ?? []);
  expect(parametersOf('/v1/sandboxes', 'get')['limit']).toMatchObject({ type: 'integer', minimum: 1, default: 50 });
  expect(parametersOf('/v1/sandboxes/{sandbox_id}', 'delete')['graceful']).toMatchObject({ default: 'true' });
  expect(parametersOf('/v1/sandboxes', 'get')['cursor']).not.toHaveProperty('default');
});
