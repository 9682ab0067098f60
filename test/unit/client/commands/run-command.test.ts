import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { CommandError } from '../../../../client/commands/command-error.ts';
import type { RunOptions } from '../../../../client/commands/commands.ts';
import type { ConnectionOptions } from '../../../../client/connection.ts';
import { commandsOf } from '../../../support/agent/commands-of.ts';
import {
  answer,
  commandId,
  errorOf,
  fail,
  finished,
  hangUp,
  type MisbehavingService,
  misbehavingService,
  output,
  started,
  stream,
} from '../../../support/fakes/misbehaving-service.ts';

const run = async (service: MisbehavingService, options: RunOptions = {}, more: ConnectionOptions = {}) =>
  (await commandsOf(service, more)).run('true', options);

test('a command that fails is a result with its output apart', async () => {
  await using service = await misbehavingService(
    stream([
      started,
      output('stdout', 0, 'out'),
      output('stderr', 0, 'err'),
      finished({ exit_code: 7, stdout_bytes: 3 }),
    ]),
  );
  expect(await run(service)).toMatchObject({
    outcome: 'exited',
    exitCode: 7,
    stdout: 'out',
    stderr: 'err',
    truncated: false,
  });
});

test('with check, a command that fails is an error that carries its result', async () => {
  await using service = await misbehavingService(
    stream([started, output('stderr', 0, 'no'), finished({ exit_code: 2 })]),
  );
  const error = await run(service, { check: true }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(CommandError);
  expect(error).toMatchObject({ code: 'command_failed', result: { exitCode: 2, stderr: 'no' } });
});

test('a stream that breaks is read on by the command’s id, and no byte comes twice', async () => {
  await using service = await misbehavingService(
    hangUp,
    stream([started, output('stdout', 0, 'abc')], 'cut'),
    stream([started, output('stdout', 2, 'cde'), output('stderr', 0, 'x')], 'cut'),
    stream([started, output('stdout', 0, 'abcdef'), output('stderr', 0, 'xy'), finished()]),
  );
  const pieces: string[] = [];
  const result = await run(service, { onStdout: (bytes) => void pieces.push(new TextDecoder().decode(bytes)) });
  expect(pieces).toEqual(['abc', 'de', 'f']);
  expect(result).toMatchObject({ stdout: 'abcdef', stderr: 'xy', truncated: false });
  const [first, second, ...others] = service.seen;
  expect(second).toMatchObject({ method: 'POST', body: first?.body });
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  const from = (stdout: number, stderr: number) => `offset=${stdout}&stderr_offset=${stderr}&follow=true`;
  expect(others.map(({ method, url }) => `${method} ${url.split('?')[1]}`)).toEqual([
    `GET ${from(3, 0)}`,
    `GET ${from(5, 1)}`,
  ]);
});

test('a command that nobody has heard of after all is asked for again under its key', async () => {
  await using service = await misbehavingService(
    stream([started], 'cut'),
    fail('not_found'),
    stream([started, finished()]),
  );
  expect((await run(service)).outcome).toBe('exited');
  const [first, , third] = service.seen;
  expect(third).toMatchObject({ method: 'POST', body: first?.body });
  expect(third?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
});

test('a stream that ends without an outcome is never success', async () => {
  await using service = await misbehavingService(stream([started, output('stdout', 0, 'almost')]));
  await expect(run(service, {}, { attempts: 2 })).rejects.toMatchObject({
    code: 'connection_lost',
    details: { command_id: commandId, idempotency_key: expect.any(String) },
    message: expect.stringContaining('may still run'),
  });
  expect(service.seen.length).toBeGreaterThan(1);
});

test('a half-written outcome is no outcome', async () => {
  const line = JSON.stringify(finished());
  await using service = await misbehavingService(stream([started, line.slice(0, -1)]), stream([started, line]));
  expect(await run(service, {}, { attempts: 2 }).catch(({ code }) => code)).toBe('connection_lost');
});

test('a silent stream is taken for broken and joined; heartbeats keep a quiet one', async () => {
  await using service = await misbehavingService(stream([started], 'silence'), async (response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (let beat = 0; beat < 10; beat += 1) {
      response.write('{"event":"heartbeat"}\n');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    response.end(`${JSON.stringify(finished())}\n`);
  });
  expect((await run(service, {}, { timeouts: { silenceMs: 1_500 } })).outcome).toBe('exited');
  expect(service.seen).toHaveLength(2);
});

test('a lost channel is joined again, an error that says no is not', async () => {
  await using service = await misbehavingService(
    stream([started, { event: 'error', ...errorOf('channel_lost') }]),
    fail('channel_lost'),
    stream([started, finished()]),
  );
  expect((await run(service)).outcome).toBe('exited');
  await using ended = await misbehavingService(stream([started, { event: 'error', ...errorOf('sandbox_ended') }]));
  await expect(run(ended)).rejects.toMatchObject({
    code: 'sandbox_ended',
    details: { command_id: commandId },
    requestId: 'req_1',
  });
  expect(ended.seen).toHaveLength(1);
});

test('what follows the outcome changes nothing', async () => {
  await using service = await misbehavingService(
    stream([started, finished(), finished({ exit_code: 9 }), 'garbage\n']),
  );
  expect((await run(service)).exitCode).toBe(0);
});

test.each([
  ['no JSON', ['garbage\n']],
  ['an unknown event', [{ event: 'party' }]],
  ['base64 that is none', [output('stdout', 0, '*', 'base64')]],
  ['another command', [started, { event: 'started', command_id: `cmd_${'1'.repeat(26)}` }]],
])('a stream with %s is refused', async (_, events) => {
  await using service = await misbehavingService(stream(events));
  await expect(run(service)).rejects.toMatchObject({ code: 'bad_answer' });
});

test('an answer that is no stream is refused', async () => {
  await using service = await misbehavingService(answer(200, {}));
  await expect(run(service)).rejects.toMatchObject({ code: 'bad_answer', message: expect.stringContaining('ndjson') });
});

test('bytes are bytes, and the next piece waits for the listener of the last', async () => {
  const bytes = randomBytes(100_000);
  const half = 50_000;
  await using service = await misbehavingService(
    stream([
      output('stdout', 0, bytes.subarray(0, half).toString('base64'), 'base64'),
      output('stdout', half, bytes.subarray(half).toString('base64'), 'base64'),
      finished({ stdout_bytes: bytes.length }),
    ]),
  );
  let busy = 0;
  const commands = await commandsOf(service);
  const result = await commands.run(['cat', 'x'], {
    encoding: 'bytes',
    onStdout: async () => {
      expect(busy).toBe(0);
      busy += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      busy -= 1;
    },
  });
  expect(Buffer.compare(result.stdout, bytes)).toBe(0);
  expect(JSON.parse(String(service.seen[0]?.body))).toEqual({ argv: ['cat', 'x'] });
});

test('a listener that fails ends the call with its own error, and nothing is repeated', async () => {
  await using service = await misbehavingService(stream([started, output('stdout', 0, 'a'), finished()]));
  const failure = new Error('disk full');
  const call = run(service, {
    onStdout: () => {
      throw failure;
    },
  });
  await expect(call).rejects.toBe(failure);
  expect(service.seen).toHaveLength(1);
});

test('output beyond what is kept, or lost in the sandbox, is said to be missing', async () => {
  const events = [
    output('stdout', 0, 'aé'),
    output('stderr', 10, 'late'),
    finished({ stdout_bytes: 3, stderr_bytes: 14 }),
  ];
  await using service = await misbehavingService(stream(events));
  expect(await run(service, { maxOutputBytes: 2 })).toMatchObject({ stdout: 'a', stderr: 'la', truncated: true });
  expect(await run(service)).toMatchObject({ stdout: 'aé', stderr: 'late', truncated: true });
});

test('a command that outlives the service’s waiting is waited for, unless the caller said how long', async () => {
  const running = stream([started, finished({ outcome: 'running', exit_code: null })]);
  await using service = await misbehavingService(running, running, stream([started, finished()]));
  expect((await run(service)).outcome).toBe('exited');
  await using other = await misbehavingService(running);
  expect((await run(other, { waitMs: 2_000 })).outcome).toBe('running');
  expect(JSON.parse(String(other.seen[0]?.body))).toMatchObject({ wait_seconds: 2 });
});

test('times that are no whole seconds are refused before anything is sent', async () => {
  await using service = await misbehavingService(stream([finished()]));
  await expect(run(service, { timeoutMs: 1_500 })).rejects.toMatchObject({
    code: 'invalid_request',
    details: { field: 'timeoutMs' },
  });
  expect(service.seen).toHaveLength(0);
});

test('an abort stops waiting with its reason', async () => {
  await using service = await misbehavingService(stream([started], 'silence'));
  const controller = new AbortController();
  const reason = new Error('enough');
  const call = run(service, { signal: controller.signal, onStarted: () => controller.abort(reason) });
  await expect(call).rejects.toBe(reason);
});
