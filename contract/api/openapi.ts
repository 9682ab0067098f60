import * as z from 'zod';
import { type Door, doors, scopes } from './doors.ts';
import { ErrorBody } from './error-body.ts';
import { type ErrorCode, errors } from './errors.ts';
import { bytesType, FileBytes } from './files/file-bytes.ts';
import { callerErrors, commonErrors, type Route } from './route.ts';
import { type RouteName, routeRows } from './routes.ts';

type Json = Record<string, unknown>;

/** Which codes a route can answer with, its own and those that every route has. */
export function errorsOf(row: Route): readonly ErrorCode[] {
  const open = row.doors.includes('open');
  return [...new Set<ErrorCode>([...commonErrors, ...(open ? [] : callerErrors), ...row.errors])];
}

/** A schema that carries an id goes to the components once and is referred to from there on. */
class Components {
  readonly schemas: Json = {};

  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema, $defs, ...json } = z.toJSONSchema(schema, {
      io,
      target: 'draft-2020-12',
      unrepresentable: 'any',
    }) as Json;
    for (const [name, definition] of Object.entries(($defs ?? {}) as Json)) this.#keep(name, definition as Json);
    const id = json['id'];
    if (typeof id !== 'string') return this.#refer(json) as Json;
    this.#keep(id, json);
    return { $ref: `#/components/schemas/${id}` };
  }

  #keep(name: string, { $schema, $id, id, ...definition }: Json): void {
    this.schemas[name] ??= this.#refer(definition);
  }

  #refer(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#refer(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        key === '$ref' && typeof item === 'string'
          ? item.replace('#/$defs/', '#/components/schemas/')
          : this.#refer(item),
      ]),
    );
  }
}

/** What stands for a parameter that is left out, as a caller would write it: zod leaves it out where the text is made something else. */
function defaultOf(field: unknown, { type }: Json): Json {
  if (!(field instanceof z.ZodDefault)) return {};
  const value = field.def.defaultValue;
  return { default: type === 'string' ? String(value) : value };
}

function parameters(row: Route, components: Components): Json[] {
  const places = [
    ['path', row.params],
    ['query', row.query],
    ['header', row.headers],
  ] as const;
  return places.flatMap(([place, object]) => {
    const schema = object ? components.schemaOf(object, 'input') : {};
    const required = new Set((schema['required'] ?? []) as string[]);
    return Object.entries((schema['properties'] ?? {}) as Record<string, Json>).map(([name, property]) => ({
      // A record in the query is written with dots, one parameter a key, for which OpenAPI has no style.
      name: property['type'] === 'object' ? `${name}.<key>` : name,
      in: place,
      required: place === 'path' || required.has(name),
      schema:
        property['type'] === 'object'
          ? property['additionalProperties']
          : { ...defaultOf(object?.shape[name], property), ...property },
    }));
  });
}

function answers(row: Route, components: Components): Json {
  const json = (schema: unknown) => ({ 'application/json': { schema } });
  const whole = (schema: unknown) => (row.bytes === 'answer' ? { [bytesType]: { schema } } : json(schema));
  const success = Object.entries(row.answers).map(([status, schema]) => {
    const event = row.events && components.schemaOf(row.events, 'output');
    const streams = event ? { 'text/event-stream': { schema: event }, 'application/x-ndjson': { schema: event } } : {};
    return [
      status,
      { description: row.summary, content: { ...whole(components.schemaOf(schema, 'output')), ...streams } },
    ];
  });
  const failure = components.schemaOf(ErrorBody.meta({ id: 'Error' }), 'output');
  const byStatus = Map.groupBy(errorsOf(row), (code) => errors[code].status);
  const failures = [...byStatus].map(([status, codes]) => [
    status,
    { description: codes.map((code) => `\`${code}\`: ${errors[code].hint}`).join('; '), content: json(failure) },
  ]);
  return Object.fromEntries([...failures, ...success]);
}

const securityOf: Record<Door, (row: Route) => Json[]> = {
  open: () => [],
  person: (row) => [{ cognito: row.scope ? [row.scope] : [] }],
  service: () => [{ sigv4: [] }],
  agent: () => [{ sigv4: [] }],
};

function requestBody(row: Route, components: Components): Json {
  const taken = row.bytes === 'body' ? FileBytes : row.body;
  if (taken === undefined) return {};
  const type = row.bytes === 'body' ? bytesType : 'application/json';
  return { requestBody: { required: true, content: { [type]: { schema: components.schemaOf(taken, 'input') } } } };
}

function operation(name: RouteName, row: Route, door: Door, components: Components): Json {
  const prefix = row.doors.length > 1 || door === 'open' ? door : '';
  return {
    operationId: prefix ? `${prefix}.${name}` : name,
    summary: row.summary,
    tags: [row.function],
    security: securityOf[door](row),
    parameters: parameters(row, components),
    ...requestBody(row, components),
    responses: answers(row, components),
  };
}

/** The whole HTTP contract as OpenAPI 3.1, derived from the route table and nothing else. */
export function openapiDocument(): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const [name, row] of routeRows)
    for (const door of row.doors) {
      const path = `${doors[door].prefix}${row.path}`;
      paths[path] = { ...paths[path], [row.method.toLowerCase()]: operation(name, row, door, components) };
    }
  return {
    openapi: '3.1.0',
    info: {
      title: 'MATRX Sandbox',
      version: '1.0.0',
      summary: 'On-demand, isolated Linux machines for AI agents',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        cognito: {
          type: 'oauth2',
          description: 'A Cognito access token',
          flows: { clientCredentials: { tokenUrl: '/oauth2/token', scopes } },
        },
        sigv4: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS Signature Version 4, service execute-api',
        },
      },
    },
  };
}
