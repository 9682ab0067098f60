import { once } from 'node:events';
import { expect, test } from 'vitest';
import { limits } from '../../../../contract/api/limits.ts';
import { commandId, decodeFrames, startAgent, until } from '../../../support/agent/agent-machine.ts';

test('starting the same id again joins the first', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const order = { command_id: commandId(), command: 'echo $$ | tee -a ran; sleep 0.2' };
  const [first, second] = await Promise.all([machine.run(order), machine.run(order)]);
  const third = await machine.run(order);
  expect(second.stdout.toString()).toBe(first.stdout.toString());
  expect(third.stdout.toString()).toBe(first.stdout.toString());
  expect((await machine.run({ command: 'wc -l <ran' })).stdout.toString().trim()).toBe('1');
});

test('followers read from their own offsets, at their own speed, and only as much as they ask for', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const { outcome, stdout } = await machine.run({ command: 'seq 1 200000; seq 1 10 >&2' });
  const path = `/commands/${outcome.command_id}/frames`;

  const slow = machine.http.request({ ':path': `${path}?stdout_offset=1000` });
  slow.pause();
  const fast = decodeFrames((await machine.send('GET', `${path}?stdout_offset=500&stream_bytes=70000`)).body);
  expect(fast.stdout.equals(stdout.subarray(500, 70_500))).toBe(true);
  expect(fast.outcome).toEqual(outcome);

  const chunks: Buffer[] = [];
  for await (const chunk of slow) {
    chunks.push(chunk);
    if (chunks.length < 10) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(decodeFrames(Buffer.concat(chunks)).stdout.equals(stdout.subarray(1000))).toBe(true);

  const none = decodeFrames((await machine.send('GET', `${path}?stream_bytes=0`)).body);
  expect(none.frames.map(({ kind }) => kind)).toEqual(['started', 'finished']);
});

test('a follower that goes away takes nothing with it', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = commandId();
  const follower = machine.http.request({ ':method': 'POST', ':path': '/commands' });
  follower.end(
    JSON.stringify({
      command_id: id,
      timeout_seconds: 30,
      command: 'for i in 1 2 3; do seq 1 50000; sleep 0.1; done; exit 4',
    }),
  );
  await once(follower, 'data');
  follower.destroy();
  const { outcome, stdout } = decodeFrames((await machine.send('GET', `/commands/${id}/frames`)).body);
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 4 });
  expect(stdout.length).toBe(outcome.stdout_bytes);
});

test('output can be followed while it is made, and the outcome be read before and after', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const id = commandId();
  const running = machine.run({
    command_id: id,
    command: 'echo first; until [ -e go ]; do sleep 0.02; done; echo second',
  });
  const read = async () => JSON.parse((await machine.send('GET', `/commands/${id}`)).body.toString());
  await until(async () => (await machine.health()).running_commands === 1 && (await read()).stdout_bytes === 6);
  expect(await read()).toMatchObject({ outcome: 'running', exit_code: null });
  await machine.run({ command: 'touch go' });
  const { outcome, frames } = await running;
  expect(frames.map((frame) => ('data' in frame ? frame.offset : frame.kind))).toEqual(['started', 0, 6, 'finished']);
  expect(await read()).toMatchObject({ ...outcome, tty: false, session: null, user: 'agent' });
});

test('output beyond what is kept is counted, and a late follower is told where it starts', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const produced = limits.spoolBytes + 10_000_000;
  const { outcome } = await machine.run({ command: `head -c ${produced} /dev/zero` }, '?stream_bytes=0');
  expect(outcome).toMatchObject({ outcome: 'exited', exit_code: 0, stdout_bytes: produced });
  const { body } = await machine.send('GET', `/commands/${outcome.command_id}/frames?stream_bytes=10`);
  const [, first] = decodeFrames(body).frames;
  if (!first || !('data' in first)) throw new Error('no output');
  expect(first.offset).toBeGreaterThanOrEqual(produced - limits.spoolBytes);
  expect(first.offset).toBeLessThan(produced);
});
