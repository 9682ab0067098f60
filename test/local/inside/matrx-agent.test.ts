import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import type { EndOfWork, LastWord } from '../../../containers/agent/inside/end-of-work.ts';
import { openInsideDoor } from '../../../containers/agent/inside/inside-door.ts';
import { systemClock } from '../../../contract/clock.ts';

const program = join(import.meta.dirname, '../../../containers/agent/inside/programs/matrx-agent.ts');
const sandboxId = `sbx_${'0'.repeat(26)}`;

async function open(say: (word: LastWord) => ReturnType<EndOfWork['say']> = async () => 'counts') {
  const door = await openInsideDoor({
    sandboxId,
    userId: 'ada',
    home: '/home/agent',
    coldPath: '/data/cold',
    life: { state: 'ready', expiresMs: 0 },
    work: { say },
    onUse: () => {},
    clock: systemClock,
    log: { info: () => {}, error: () => {} },
  });
  onTestFinished(() => door[Symbol.asyncDispose]());
  return { ORCHESTRATOR_URL: door.url, SANDBOX_ID: sandboxId };
}

async function run(env: Record<string, string>, args: readonly string[], input = '') {
  const child = spawn(process.execPath, [program, ...args], { env, stdio: 'pipe' });
  child.stdin.on('error', () => {}).end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

test('info, heartbeat, complete and error are those of the door', async () => {
  const words: LastWord[] = [];
  const env = await open(async (word) => {
    words.push(word);
    return 'counts';
  });
  expect(JSON.parse((await run(env, ['info'])).stdout)).toMatchObject({ user_id: 'ada', status: 'ready' });
  expect(await run(env, ['heartbeat'])).toMatchObject({ code: 0, stderr: '' });
  expect(await run(env, ['complete'])).toMatchObject({ code: 0 });
  expect(await run(env, ['complete', '-'], '{"from":"stdin"}')).toMatchObject({ code: 0 });
  expect(await run(env, ['error', 'it broke', '{"step":1}'])).toMatchObject({ code: 0 });
  expect(words).toEqual([
    { kind: 'completed', body: { result: null } },
    { kind: 'completed', body: { result: { from: 'stdin' } } },
    { kind: 'error', body: { error: 'it broke', result: { step: 1 } } },
  ]);
});

test('what the door refuses is a failure that says why', async () => {
  const env = await open();
  const long = JSON.stringify({ long: 'x'.repeat(20_000) });
  expect(await run(env, ['complete', long])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('at most 16384 bytes'),
  });
});

test('outside a sandbox, and where nobody answers, it fails with a line', async () => {
  expect(await run({}, ['info'])).toMatchObject({ code: 1, stderr: expect.stringContaining('ORCHESTRATOR_URL') });
  const nowhere = { ORCHESTRATOR_URL: 'http://127.0.0.1:1', SANDBOX_ID: sandboxId };
  expect(await run(nowhere, ['info'])).toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') });
});

test.each([[[]], [['finish']], [['info', 'x']], [['complete', '{']], [['complete', '{}', '{}']], [['error']]])(
  'a mistake in the call is told with the usage: %j',
  async (args) => {
    expect(await run({}, args)).toMatchObject({ code: 2, stderr: expect.stringContaining('usage: matrx-agent info') });
  },
);
