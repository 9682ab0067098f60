import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CommandResult } from '../../../contract/api/commands/command-result.ts';
import type { HazardSettings } from '../../../local/hazards/hazards.ts';
import { killAgent } from '../../support/agent/kill-agent.ts';
import { type Caller, call, createReady, exec, untilEnded } from '../../support/stack/sandbox-calls.ts';
import { startStack } from '../../support/stack/stack.ts';

/** A service that suffers, and a sandbox in it that is ready. */
async function suffering(hazards: HazardSettings, clockRate = 1) {
  const stack = await startStack({ hazards, clockRate });
  const caller: Caller = { fetch: await stack.asPerson('ann'), door: '/v1' };
  const { sandbox_id: id } = await createReady(caller);
  return { caller, id, dataDir: stack.service.dataDir, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

const lines = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');
// Takes two seconds and exits 7; runs once, as the file it leaves tells.
const slow = { command: 'echo ran >> runs; for i in $(seq 40); do echo $i; sleep 0.05; done; exit 7' };
const asSlow = { outcome: 'exited', exit_code: 7, stdout: lines(40), stderr: '', truncated: false };

const input = { direction: 'to-agent', type: 'input_stream_data' } as const;
const output = { direction: 'to-client', type: 'output_stream_data' } as const;

const bad: [string, HazardSettings['sessions']][] = [
  [
    'loses, repeats, reorders and delays frames and acknowledgements',
    {
      frames: [
        ...(['drop', 'duplicate', 'reorder', { delayMs: 30 }] as const).map((fate) => ({ fate, chance: 0.03 })),
        { type: 'acknowledge', fate: 'drop', chance: 0.3 },
      ],
    },
  ],
  [
    'cuts the agent off, then the client, and then kills attach',
    {
      frames: [
        { ...output, fate: 'cut-agent', skip: 8, times: 1 },
        { ...output, session: 1, fate: 'cut-client', skip: 15, times: 1 },
        { ...output, session: 2, fate: 'kill-command', skip: 15, times: 1 },
      ],
    },
  ],
  [
    'swallows early input, is late with terminals and slots, and lets ends overtake output',
    { endOvertakesOutput: true, pace: { earlyInputLostMs: 200, terminalStartMs: 400, slotReleaseMs: 3_000 } },
  ],
];

test.each(bad)('a command runs once and is told whole through a service that %s', async (_, sessions) => {
  await using service = await suffering({ sessions });
  const { caller, id } = service;
  expect(await exec(caller, id, slow)).toMatchObject(asSlow);
  expect(await exec(caller, id, { command: 'cat runs; seq 20000' })).toMatchObject({
    outcome: 'exited',
    exit_code: 0,
    stdout: `ran\n${lines(20_000)}`,
  });
});

test('commands at once through one slot run or are told to wait, and the exec agent never locks up', async () => {
  await using service = await suffering({ sessions: { limit: 1, pace: { slotReleaseMs: 500 } } }, 3);
  const { caller, id, dataDir } = service;
  const run = (index: number) =>
    call<CommandResult>(caller, 'POST', `/sandboxes/${id}/exec`, { argv: ['echo', String(index)] });
  const answers = await Promise.all(Array.from({ length: 3 }, (_, index) => run(index)));
  for (const [index, { status, body }] of answers.entries()) {
    expect(body).toMatchObject(
      status === 200 ? { stdout: `${index}\n` } : { error: { code: 'capacity_unavailable', retry: true } },
    );
  }
  expect(answers.map(({ status }) => status)).toContain(200);
  expect(readFileSync(join(dataDir, 'logs/aws.log'), 'utf8')).not.toContain('locked up');
});

test('CF#320, eve#440: a session that never opens is an error that says so, in bounded time', async () => {
  await using service = await suffering({ sessions: { frames: [{ ...input, fate: 'drop' }] } }, 10);
  const { caller, id } = service;
  const answer = await call(caller, 'POST', `/sandboxes/${id}/exec`, { command: 'true' });
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'unavailable', retry: true } } });
});

test('functions that are lost at work and in their sleep lose nothing: the same key joins the command', async () => {
  const of = { function: 'commands' } as const;
  await using service = await suffering({
    functions: {
      losses: [
        { ...of, when: 'working', afterMs: 1_000, times: 1 },
        { ...of, when: 'frozen' },
      ],
    },
  });
  const { caller, id } = service;
  const ask = () => call<CommandResult>(caller, 'POST', `/sandboxes/${id}/exec`, slow, { 'idempotency-key': 'one' });
  const first = await ask().catch((error: Error) => error);
  // Where its status had been given, only the body can break.
  if (!(first instanceof Error)) expect(first.status).toBeGreaterThanOrEqual(500);
  expect((await ask()).body).toMatchObject(asSlow);
  // Each of these finds that the environment before it has died with its channel.
  for (let count = 0; count < 3; count++) {
    expect(await exec(caller, id, { command: 'cat runs' })).toMatchObject({ stdout: 'ran\n' });
    await sleep(100);
  }
});

test('C1: a sandbox whose agent is killed in the middle of a command gives the outcome lost, and then is gone', async () => {
  await using service = await suffering({ events: { delayMs: 500, doubled: 1 } });
  const { caller, id } = service;
  const running = exec(caller, id, { command: 'echo begun; touch begun; sleep 60; exit 0' });
  await exec(caller, id, { command: 'until [ -e begun ]; do sleep 0.05; done' });
  killAgent(id);
  expect(await running).toMatchObject({ outcome: 'lost', exit_code: null, signal: null, stdout: 'begun\n' });
  expect(await untilEnded(caller, id)).toMatchObject({ status: 'failed' });
  const after = await call(caller, 'POST', `/sandboxes/${id}/exec`, { command: 'true' });
  expect(after).toMatchObject({ status: 410, body: { error: { code: 'sandbox_ended' } } });
});

test('C1: a sandbox on capacity that is taken away ends its command by no exit code of its own', async () => {
  // Long enough for a start on a busy machine.
  await using service = await suffering({ tasks: { spotNotices: [{ afterMs: 20_000, of: 'any' }] } });
  const { caller, id } = service;
  const result = await exec(caller, id, { command: 'echo begun; sleep 60; exit 0' });
  expect(['killed', 'lost']).toContain(result.outcome);
  expect(result).toMatchObject({ exit_code: null, stdout: 'begun\n' });
  expect(await untilEnded(caller, id)).toMatchObject({ status: 'failed', stop_reason: 'spot_interruption' });
});
