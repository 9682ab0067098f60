import { expect, test } from 'vitest';
import * as z from 'zod';
import { doors } from '../../../contract/api/doors.ts';
import { errorCodes } from '../../../contract/api/errors.ts';
import { needs } from '../../../contract/api/needs.ts';
import { errorsOf } from '../../../contract/api/openapi.ts';
import { routeRows } from '../../../contract/api/routes.ts';
import { functions } from '../../../contract/deployment.ts';
import { needsOf } from '../../../contract/needs-of.ts';

const parametersIn = (path: string) => [...path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1]);

test.each(routeRows)('%s names exactly the parameters of its path', (_, row) => {
  expect(Object.keys(row.params?.shape ?? {})).toEqual(parametersIn(row.path));
});

test.each(routeRows)('%s has a scope if and only if a person may come', (_, row) => {
  expect(row.scope !== undefined).toBe(row.doors.includes('person'));
});

test.each(routeRows)('%s keeps its callers apart from the agent and from anybody', (_, row) => {
  if (row.doors.includes('agent') || row.doors.includes('open')) expect(row.doors).toHaveLength(1);
});

test.each(routeRows)('H2: %s refuses unknown fields in every part of its input', (_, row) => {
  for (const part of [row.params, row.query, row.body]) {
    if (!part) continue;
    const issues = part.safeParse({ surprise: 1 }).error?.issues ?? [];
    expect(issues).toContainEqual(expect.objectContaining({ code: 'unrecognized_keys', keys: ['surprise'] }));
  }
});

test.each(routeRows)('H2: %s has a schema for every body it answers with', (_, row) => {
  expect(Object.keys(row.answers).length).toBeGreaterThan(0);
  for (const answer of Object.values(row.answers)) expect(answer).toBeInstanceOf(z.ZodType);
});

test.each(routeRows)('%s changes nothing of a sandbox when it is a GET', (_, row) => {
  if (row.method !== 'GET') return;
  expect(row.repeatable).toBe('always');
  expect(row.body).toBeUndefined();
  expect(row.needs.filter((need) => /^tasks:(run|stop)/.test(need))).toEqual([]);
});

test.each(routeRows)('%s that is safe with a key takes the key', (_, row) => {
  if (row.repeatable === 'with_idempotency_key') expect(row.headers?.shape).toHaveProperty('idempotency-key');
});

test('no two routes meet at one door, method and path', () => {
  const places = routeRows.flatMap(([, row]) =>
    row.doors.map((door) => `${row.method} ${doors[door].prefix}${row.path}`),
  );
  expect(new Set(places).size).toBe(places.length);
});

test('each error of the table can be given by some route or by the gateway', () => {
  const given = new Set<string>(routeRows.flatMap(([, row]) => [...errorsOf(row)]));
  given.add('method_not_allowed');
  expect([...given].sort()).toEqual([...errorCodes].sort());
});

test('each need is some function’s, and no function has a need that none of its routes names', () => {
  const used = new Set(Object.keys(functions).flatMap((name) => [...needsOf(name as keyof typeof functions)]));
  expect([...used].sort()).toEqual(Object.keys(needs).sort());
});

test('functions are cut by rights: what only reads cannot write, run or open', () => {
  expect([...needsOf('query')].sort()).toEqual(['logs:read', 'records:read']);
  expect([...needsOf('agent')].sort()).toEqual(['events:put', 'records:read', 'records:write', 'storage:delegate']);
  for (const name of ['query', 'agent', 'commands'] as const) expect(needsOf(name).has('tasks:run')).toBe(false);
});
