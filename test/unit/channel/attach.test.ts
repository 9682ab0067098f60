import { once } from 'node:events';
import { type Duplex, duplexPair, PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { hello } from '../../../channel/codec/hello.ts';
import { terminalDuplex } from '../../../channel/codec/terminal-duplex.ts';
import { quitBurst } from '../../../channel/codec/terminal-escape.ts';
import { type AttachOptions, attach } from '../../../channel/far/attach.ts';
import { writeEnd } from '../../support/agent/write-end.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { readAll } from '../../support/read-all.ts';

/** An attach on a terminal whose other end is `near`, already past the hello. */
function start(options: Partial<AttachOptions> = {}) {
  const clock = new ManualClock();
  const [input, output] = [new PassThrough(), new PassThrough()];
  const [agent, socket] = duplexPair();
  agent.on('error', () => {});
  const stdout = writeEnd(output);
  const attached = attach({ input, output: stdout, connect: () => socket, clock, ...options });
  attached.catch(() => {});
  expect(output.read(hello.length)).toEqual(hello);
  const near = (): Duplex => terminalDuplex({ input: output, output: writeEnd(input) });
  return { attached, clock, input, stdout, agent, socket, near };
}

const codeOf = (attempt: Promise<void>): Promise<string> =>
  attempt.then(
    () => 'ended',
    (error) => error.code,
  );

test('the hello is said at once, before the socket is there; one that comes too late is closed', async () => {
  const opening = Promise.withResolvers<Duplex>();
  const { attached, input, clock } = start({ connect: () => opening.promise });
  input.destroy();
  expect(await codeOf(attached)).toBe('terminal_cut');
  expect(clock.pending).toBe(0);
  const [late] = duplexPair();
  opening.resolve(late);
  await once(late, 'close');
});

test('bytes cross both ways until the agent has said its last', async () => {
  const { attached, agent, near, clock } = start();
  const stream = near();
  stream.write('question');
  expect(String((await once(agent, 'data'))[0])).toBe('question');
  agent.end('answer');
  expect(String(await readAll(stream))).toBe('answer');
  expect(await codeOf(attached)).toBe('ended');
  expect(clock.pending).toBe(0);
});

test('the agent may finish its answer after the near side has ended', async () => {
  const { attached, agent, near } = start();
  const stream = near();
  stream.end('question');
  expect(String(await readAll(agent))).toBe('question');
  agent.end('answer');
  expect(String(await readAll(stream))).toBe('answer');
  expect(await codeOf(attached)).toBe('ended');
});

test('an agent that does not end is left two seconds after the near side has', async () => {
  const { attached, agent, socket, near, clock } = start();
  near().end();
  agent.resume();
  await once(agent, 'end');
  while (clock.pending < 2) await new Promise(setImmediate);
  clock.pass(2_000);
  await attached.catch(() => {});
  expect([socket.destroyed, clock.pending]).toEqual([true, 0]);
});

test('fails with silent after a minute without a byte, and not while some come', async () => {
  const { attached, agent, socket, near, clock } = start();
  const stream = near();
  stream.on('error', () => {});
  for (let minute = 0; minute < 3; minute++) {
    stream.write('.');
    await once(agent, 'data');
    clock.pass(59_000);
  }
  clock.pass(60_000);
  expect(await codeOf(attached)).toBe('silent');
  expect([socket.destroyed, clock.pending]).toEqual([true, 0]);
});

test('fails with peer_quit when the near side gave up, and closes the socket', async () => {
  const { attached, input, socket } = start();
  input.write(quitBurst);
  expect(await codeOf(attached)).toBe('peer_quit');
  expect(socket.destroyed).toBe(true);
});

test('fails with terminal_cut when the terminal hangs up', async () => {
  const { attached, input, socket } = start();
  input.destroy();
  expect(await codeOf(attached)).toBe('terminal_cut');
  expect(socket.destroyed).toBe(true);
});

test('fails when the socket breaks', async () => {
  const { attached, socket, input, stdout } = start();
  while (socket.listenerCount('data') + socket.listenerCount('readable') === 0) await new Promise(setImmediate);
  socket.destroy(new Error('reset'));
  await expect(attached).rejects.toThrow('reset');
  expect(input.destroyed && stdout.destroyed).toBe(true);
});

test('fails with open_failed when there is no socket', async () => {
  const { attached, input, clock } = start({ connect: () => Promise.reject(new Error('ENOENT')) });
  expect(await codeOf(attached)).toBe('open_failed');
  expect([input.destroyed, clock.pending]).toEqual([true, 0]);
});
