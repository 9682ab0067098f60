// What callers of each kind rely on, asked by plain HTTP of a service that makes callers of any kind.

import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ExecEvent } from '../../../contract/api/commands/commands.ts';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { type Caller, call, createReady, exec, expectError, untilEnded } from '../../support/stack/sandbox-calls.ts';
import type { SignedFetch } from '../../support/stack/signed-fetch.ts';

export interface HttpTarget {
  readonly asService: SignedFetch;
  readonly asNobody: SignedFetch;
  asPerson(userId: string, options?: { readonly scopes?: readonly string[] }): Promise<SignedFetch>;
  asAdmin(): Promise<SignedFetch>;
}

const newUser = () => `user-${randomUUID()}`;
const unknownId = 'sbx_01m82v0xv4xhndxebchjrhax8a';
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Defines the suite; `target` is asked for once a test runs. Each test uses users of its own. */
export function defineHttpSuite(target: () => HttpTarget): void {
  const service = (): Caller => ({ fetch: target().asService, door: '/iam/v1' });
  const nobody = (door: Caller['door']): Caller => ({ fetch: target().asNobody, door });
  const person = async (userId = newUser(), options = {}): Promise<Caller> => ({
    fetch: await target().asPerson(userId, options),
    door: '/v1',
  });
  const admin = async (): Promise<Caller> => ({ fetch: await target().asAdmin(), door: '/v1' });

  describe('callers', () => {
    test('each of the three learns who it is', async () => {
      const userId = newUser();
      const [aService, aPerson, anAdmin] = await Promise.all(
        [service(), await person(userId), await admin()].map((caller) => call(caller, 'GET', '/me')),
      );
      expect(aService?.body).toMatchObject({
        kind: 'service',
        user_id: null,
        principal: expect.stringMatching(/^arn:/),
      });
      expect(aPerson?.body).toMatchObject({ kind: 'person', user_id: userId, principal: userId, admin: false });
      expect(anAdmin?.body).toMatchObject({ kind: 'person', user_id: null, admin: true });
    });

    test('nobody gets past a door without credentials', async () => {
      for (const door of ['/v1', '/iam/v1'] as const) {
        await expectError(call(nobody(door), 'GET', '/sandboxes'), 'unauthenticated', 401);
        await expectError(call(nobody(door), 'POST', `/sandboxes/${unknownId}/exec`, {}), 'unauthenticated', 401);
      }
    });

    test('a token without the scope of a route is refused there and taken elsewhere', async () => {
      const reader = await person(newUser(), { scopes: ['matrx/sandbox.read'] });
      expect((await call(reader, 'GET', '/sandboxes')).status).toBe(200);
      await expectError(call(reader, 'POST', '/sandboxes', {}), 'unauthenticated', 401);
    });

    test('a person may not name another user, an administrator may', async () => {
      await expectError(call(await person(), 'POST', '/sandboxes', { user_id: newUser() }), 'forbidden', 403);
      await expectError(call(await person(), 'GET', `/sandboxes?user_id=${newUser()}`), 'forbidden', 403);
      expect((await call(await admin(), 'GET', `/sandboxes?user_id=${newUser()}`)).status).toBe(200);
    });

    test('health and the contract are open, and nothing else is', async () => {
      const health = await target().asNobody('/health');
      expect({ status: health.status, body: await health.json() }).toEqual({ status: 200, body: { status: 'ok' } });
      const openapi = await target().asNobody('/openapi.json');
      expect(await openapi.json()).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
      await expectError(call(await person(), 'GET', '/nothing'), 'unauthenticated', 401);
    });
  });

  describe('requests', () => {
    test.each([
      ['an unknown field', { user_idd: 'x' }, { field: 'user_idd', nearest: 'user_id' }],
      ['a value out of its bounds', { user_id: 'x', ttl_seconds: 1 }, { field: 'ttl_seconds', value: '1' }],
      ['a user id that is a path', { user_id: '../../etc' }, { field: 'user_id' }],
      ['a size that is none', { user_id: 'x', size: 'huge' }, { field: 'size' }],
      ['an environment name that is none', { user_id: 'x', env: { 'A=B': '' } }, {}],
    ])('H2: %s is refused with the name of the field', async (_, body, details) => {
      expect(await expectError(call(service(), 'POST', '/sandboxes', body), 'invalid_request', 400)).toMatchObject(
        details,
      );
    });

    test('unknown query fields, broken JSON and malformed ids are refused', async () => {
      const caller = service();
      await expectError(call(caller, 'GET', '/sandboxes?limt=3'), 'invalid_request', 400);
      await expectError(call(caller, 'GET', '/sandboxes?cursor=x'), 'invalid_request', 400);
      await expectError(call(caller, 'GET', '/sandboxes/not-an-id'), 'invalid_request', 400);
      const broken = await caller.fetch('/iam/v1/sandboxes', { method: 'POST', body: '{"user_id":' });
      expect({ status: broken.status, body: await broken.json() }).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid_request' } },
      });
    });

    test('a body over the limit is too large', async () => {
      const body = { user_id: 'x', labels: { a: 'x'.repeat(4 * 1024 * 1024) } };
      await expectError(call(service(), 'POST', '/sandboxes', body), 'too_large', 413);
    });

    test('what does not exist is not found, through each route of a sandbox', async () => {
      const caller = await person();
      await expectError(call(caller, 'GET', `/sandboxes/${unknownId}`), 'not_found', 404);
      await expectError(call(caller, 'PATCH', `/sandboxes/${unknownId}`, { ttl_seconds: 60 }), 'not_found', 404);
      await expectError(call(caller, 'DELETE', `/sandboxes/${unknownId}`), 'not_found', 404);
      await expectError(call(caller, 'POST', `/sandboxes/${unknownId}/exec`, { command: 'id' }), 'not_found', 404);
    });
  });

  describe('a sandbox', () => {
    test('is created, used, listed, changed and deleted by its owner, and is not there for others', async () => {
      const [owner, other] = [await person(), await person()];
      const { sandbox_id: id } = await createReady(owner, { labels: { team: 'red' } });

      const identity = await exec(owner, id, { command: 'id -u; id -g; pwd; echo err >&2; exit 3' });
      expect(identity).toMatchObject({
        outcome: 'exited',
        exit_code: 3,
        stdout: '1000\n1000\n/home/agent\n',
        stderr: 'err\n',
        signal: null,
        truncated: false,
      });

      await expectError(call(other, 'GET', `/sandboxes/${id}`), 'not_found', 404);
      await expectError(call(other, 'DELETE', `/sandboxes/${id}`), 'not_found', 404);
      await expectError(call(other, 'POST', `/sandboxes/${id}/exec`, { command: 'id' }), 'not_found', 404);
      expect((await call(other, 'GET', '/sandboxes')).body).toEqual({ sandboxes: [], next_cursor: null });
      expect((await call(await admin(), 'GET', `/sandboxes/${id}`)).status).toBe(200);

      const listed = await call<{ sandboxes: Sandbox[] }>(owner, 'GET', '/sandboxes?label.team=red&status=ready');
      expect(listed.body.sandboxes.map(({ sandbox_id }) => sandbox_id)).toEqual([id]);
      const none = await call(owner, 'GET', '/sandboxes?label.team=blue');
      expect(none.body).toMatchObject({ sandboxes: [] });

      const patched = await call<Sandbox>(owner, 'PATCH', `/sandboxes/${id}`, { ttl_seconds: 600, labels: { a: 'b' } });
      expect(patched.body).toMatchObject({ labels: { a: 'b' } });
      expect(Date.parse(patched.body.expires_at)).toBeLessThan(Date.now() + 7_200_000);

      const deleted = await call<Sandbox>(owner, 'DELETE', `/sandboxes/${id}`);
      expect(deleted).toMatchObject({ status: 202, body: { status: 'shutting_down' } });
      expect(await untilEnded(owner, id)).toMatchObject({ status: 'stopped', stop_reason: 'user_requested' });
      expect(await call(owner, 'DELETE', `/sandboxes/${id}`)).toMatchObject({ status: 200 });
      const details = await expectError(
        call(owner, 'POST', `/sandboxes/${id}/exec`, { command: 'id' }),
        'sandbox_ended',
        410,
      );
      expect(details).toMatchObject({ status: 'stopped', stop_reason: 'user_requested' });
      await expectError(call(owner, 'PATCH', `/sandboxes/${id}`, { ttl_seconds: 60 }), 'sandbox_ended', 410);
    });

    test('is refused commands while it starts', async () => {
      const owner = await person();
      const { body } = await call<Sandbox>(owner, 'POST', '/sandboxes', {
        on_ready: { command: 'sleep 30' },
      });
      await expectError(
        call(owner, 'POST', `/sandboxes/${body.sandbox_id}/exec`, { command: 'id' }),
        'sandbox_not_ready',
        409,
      );
      await call(owner, 'DELETE', `/sandboxes/${body.sandbox_id}?graceful=false`);
    });

    test('is created once for one idempotency key, and the key is bound to its body', async () => {
      const owner = await person();
      const key = { 'idempotency-key': randomUUID() };
      const create = (body: object) => call<Sandbox>(owner, 'POST', '/sandboxes', body, key);
      const [one, two] = await Promise.all([create({ labels: { n: '1' } }), create({ labels: { n: '1' } })]);
      expect(two?.body.sandbox_id).toBe(one?.body.sandbox_id);
      await expectError(create({ labels: { n: '2' } }), 'idempotency_conflict', 409);
      await call(owner, 'DELETE', `/sandboxes/${one?.body.sandbox_id}?graceful=false`);
    });
  });

  describe('a command', () => {
    test('prints 3 MB and 1 MB of random bytes, exits 7, and not a byte is lost', async () => {
      const owner = await person();
      const { sandbox_id: id } = await createReady(owner);
      await exec(owner, id, { command: 'head -c 3000000 /dev/urandom > out; head -c 1000000 /dev/urandom > err' });
      const hashes = await exec(owner, id, { command: 'sha256sum < out; sha256sum < err' });
      const result = await exec(owner, id, {
        command: 'cat out & cat err >&2; wait; exit 7',
        max_output_bytes: 4_194_304,
      });
      expect(result).toMatchObject({
        exit_code: 7,
        stdout_bytes: 3_000_000,
        stderr_bytes: 1_000_000,
        stdout_encoding: 'base64',
        stderr_encoding: 'base64',
        truncated: false,
      });
      const given = [result.stdout, result.stderr].map((text) => `${sha256(Buffer.from(text, 'base64'))}  -\n`);
      expect(given.join('')).toBe(hashes.stdout);
    });

    test('C2: is ended at its time-out with everything it started, and the answer comes soon', async () => {
      const owner = await person();
      const { sandbox_id: id } = await createReady(owner);
      const command = [
        'trap "" TERM',
        'setsid bash -c \'trap "" TERM; exec -a stubborn sleep 300\' &',
        "(setsid bash -c '(exec -a stubborn sleep 300 &)') &",
        'echo begun',
        'while true; do sleep 1; done',
      ].join('\n');
      const started = Date.now();
      const result = await exec(owner, id, { command, timeout_seconds: 2 });
      expect(Date.now() - started).toBeLessThan(6_000);
      expect(result).toMatchObject({ outcome: 'timed_out', exit_code: null, stdout: 'begun\n' });
      const left = await exec(owner, id, { argv: ['pgrep', '-u', '1000', '-c', 'sleep|stubborn'] });
      expect(left).toMatchObject({ stdout: '0\n' });
    });

    test('is answered as a stream of server-sent events or of lines', async () => {
      const owner = await person();
      const { sandbox_id: id } = await createReady(owner);
      for (const accept of ['text/event-stream', 'application/x-ndjson']) {
        const response = await owner.fetch(`/v1/sandboxes/${id}/exec`, {
          method: 'POST',
          headers: { accept, 'content-type': 'application/json' },
          body: JSON.stringify({ command: 'echo one; echo two >&2; exit 4' }),
        });
        expect(response.headers.get('content-type')).toContain(accept);
        const events = eventsOf(await response.text(), accept);
        expect(events[0]).toMatchObject({ event: 'started' });
        expect(events.filter(({ event }) => event === 'stdout')).toMatchObject([{ data: 'one\n', offset: 0 }]);
        expect(events.filter(({ event }) => event === 'stderr')).toMatchObject([{ data: 'two\n', offset: 0 }]);
        expect(events.at(-1)).toMatchObject({ event: 'finished', result: { outcome: 'exited', exit_code: 4 } });
      }
    });

    test('is refused when it could not be run as asked', async () => {
      const owner = await person();
      const { sandbox_id: id } = await createReady(owner);
      const refused = (body: object) =>
        expectError(call(owner, 'POST', `/sandboxes/${id}/exec`, body), 'invalid_request', 400);
      await refused({});
      await refused({ command: 'id', argv: ['id'] });
      await refused({ command: 'a\0b' });
      await refused({ command: 'x'.repeat(65_537) });
      await refused({ command: 'id', timeout_seconds: 0 });
      const asRoot = call(owner, 'POST', `/sandboxes/${id}/exec`, { command: 'id', user: 'root' });
      expect(await expectError(asRoot, 'forbidden', 403)).toMatchObject({ field: 'user' });
    });

    test('is run once for one idempotency key', async () => {
      const owner = await person();
      const { sandbox_id: id } = await createReady(owner);
      const key = { 'idempotency-key': randomUUID() };
      const run = () => call(owner, 'POST', `/sandboxes/${id}/exec`, { command: 'echo x | tee -a ran' }, key);
      const [one, two] = [await run(), await run()];
      expect(two.body).toMatchObject({ command_id: (one.body as { command_id: string }).command_id });
      expect(await exec(owner, id, { command: 'cat ran' })).toMatchObject({ stdout: 'x\n' });
    });
  });
}

function eventsOf(text: string, accept: string): ExecEvent[] {
  const lines = text.split('\n').map((line) => line.trim());
  if (accept === 'application/x-ndjson') return lines.filter(Boolean).map((line) => JSON.parse(line));
  return lines.filter((line) => line.startsWith('data:')).map((line) => JSON.parse(line.slice(5)));
}
