import { expect, test } from 'vitest';
import type { CommandEvent } from '../../../contract/agent/command-frames.ts';
import { withHeartbeats } from '../../../lambdas/http/reply/with-heartbeats.ts';
import { fakeFunctions } from '../../support/fakes/fake-functions.ts';
import { events } from '../../support/fakes/fakes.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { gatewayEvent } from '../../support/stack/gateway-events.ts';
import { answerOf, invoke } from '../../support/stack/lambda-runtime.ts';

const finished = (command_id: string): CommandEvent => ({
  kind: 'finished',
  outcome: {
    command_id,
    outcome: 'exited',
    exit_code: 0,
    signal: null,
    stdout_bytes: 2,
    stderr_bytes: 0,
    cwd: '/home/agent',
    started_at: '2027-01-15T08:00:00.000Z',
    duration_ms: 5,
  },
});

async function begin() {
  const life = fakeFunctions();
  const sandbox_id = await life.ready();
  life.ports.channel.script = ({ command_id }) =>
    events([{ kind: 'stdout', offset: 0, data: Buffer.from('hi') }, finished(command_id)]);
  const exec = (headers: Record<string, string> = {}) =>
    gatewayEvent('execCommand', { params: { sandbox_id }, headers, body: { command: 'echo hi' } });
  return { ...life, sandbox_id, exec };
}

test('a result is one JSON body, and its first byte comes at once', async () => {
  const { functions, exec } = await begin();
  const answer = await answerOf(functions.commands, exec());
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.pieces.find((piece) => piece !== '')).toBe(' ');
  expect(answer.json()).toMatchObject({ outcome: 'exited', stdout: 'hi' });
});

test.each(['text/event-stream', 'Text/Event-Stream; q=0.9, */*'])('events come as SSE for %s', async (Accept) => {
  const { functions, exec } = await begin();
  const answer = await answerOf(functions.commands, exec({ Accept }));
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream']);
  const blocks = answer.text.trimEnd().split('\n\n');
  expect(blocks.map((block) => block.split('\n')[0])).toEqual(['event: started', 'event: stdout', 'event: finished']);
  expect(JSON.parse(blocks[1]?.split('data: ')[1] ?? '')).toEqual({
    event: 'stdout',
    offset: 0,
    data: 'hi',
    encoding: 'utf8',
  });
});

test('events come as NDJSON', async () => {
  const { functions, exec } = await begin();
  const answer = await answerOf(functions.commands, exec({ accept: 'application/x-ndjson' }));
  const lines = answer.text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['started', 'stdout', 'finished']);
});

test('a failure before the start has its own status, in every form', async () => {
  const { functions, ports, exec, sandbox_id, taskEvent } = await begin();
  await taskEvent(sandbox_id);
  const answer = await answerOf(functions.commands, exec({ accept: 'text/event-stream' }));
  expect([answer.status, answer.headers['content-type']]).toEqual([410, 'application/json']);
  expect(ports.channel.orders).toEqual([]);
});

test('the line of a stream is written when it is over, with how the command ended', async () => {
  const { functions, exec, log } = await begin();
  await answerOf(functions.commands, exec({ accept: 'application/x-ndjson' }));
  expect(log.lines).toMatchObject([
    {
      fields: {
        event: 'command.exec',
        outcome: 'ok',
        program: 'echo',
        commandOutcome: 'exited',
        exitCode: 0,
        status: 200,
      },
    },
  ]);
  expect(log.lines[0]?.fields['bytesOut']).toBeGreaterThan(100);
});

test('a stream that breaks within leaves a line that says so and why, though its status was 200', async () => {
  const { functions, ports, exec, log } = await begin();
  ports.channel.script = () => events([{ kind: 'stdout', offset: 0.5, data: Buffer.from('hi') }]);
  await expect(answerOf(functions.commands, exec({ accept: 'application/x-ndjson' }))).rejects.toThrow();
  expect(log.lines).toMatchObject([
    { level: 'error', fields: { outcome: 'failed', status: 200, code: 'internal', error: expect.any(Error) } },
  ]);
});

test('when nobody reads on, the command is let go of, and the line is written all the same', async () => {
  const { functions, ports, exec, log } = await begin();
  const letGo = Promise.withResolvers<void>();
  ports.channel.script = async function* (_, signal) {
    yield { kind: 'stdout', offset: 0, data: Buffer.from('hi') };
    signal.addEventListener('abort', () => letGo.resolve());
    await letGo.promise;
  };
  ports.clock.sleep = () => new Promise(() => undefined);
  const { answer, done } = invoke(functions.commands, exec({ accept: 'application/x-ndjson' }));
  await expect.poll(() => answer.pieces.length).toBeGreaterThan(1);
  answer.destroy(new Error('the caller has gone'));
  await expect(done).rejects.toThrow();
  await letGo.promise;
  expect(log.lines).toMatchObject([{ level: 'info', fields: { outcome: 'ok', abandoned: true } }]);
});

test('every silence of 15 s has its heartbeat, and the items keep their order', async () => {
  const clock = new ManualClock();
  const steps = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const items = async function* () {
    for (const [n, step] of steps.entries()) {
      await step.promise;
      yield n;
    }
  };
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const item of withHeartbeats(items(), 'beat', { clock, everyMs: 15_000 })) seen.push(item);
  })();
  const silence = async () => {
    await expect.poll(() => clock.pending).toBe(1);
    clock.pass(15_000);
  };
  await silence();
  await silence();
  await expect.poll(() => seen).toEqual(['beat', 'beat']);
  steps[0]?.resolve();
  await expect.poll(() => seen).toEqual(['beat', 'beat', 0]);
  steps[1]?.resolve();
  await reading;
  expect(seen).toEqual(['beat', 'beat', 0, 1]);
  expect(clock.pending).toBe(0);
});
