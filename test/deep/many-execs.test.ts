import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type Caller, createReady, exec } from '../support/stack/sandbox-calls.ts';
import { startStack } from '../support/stack/stack.ts';

const commands = 1_000;
// What one command in twenty would leave behind. Connections that are kept and environments that are started on demand come and go.
const leaked = commands / 20;
const mb = 1_048_576;
const slots = 8;
// Ten seconds after the last command the agent has collected what that has left behind.
const restMs = 11_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const here = () => {
  collectGarbage();
  return { descriptors: readdirSync('/proc/self/fd').length, heapBytes: process.memoryUsage().heapUsed };
};

// The process table is open to commands: how many processes and attaches root has, and the agent's kB of memory.
const look = `ps -e -o user=,rss=,args= | awk '
  $1 == "root" { n++ } / [^ ]*bin.attach/ { a++ } $1 == "root" && /agent[.]cjs/ { kb = $2 } END { print n, a, kb }'`;

test('C7: a thousand commands in a row leave descriptors, memory, processes and sessions where they were', async () => {
  await using stack = await startStack();
  const caller: Caller = { fetch: await stack.asPerson('ann'), door: '/v1' };
  const { sandbox_id: id } = await createReady(caller);
  const run = async (count: number) => {
    for (let left = count; left > 0; left -= 1) await exec(caller, id, { argv: ['true'] });
  };
  const atRest = async () => {
    await pause(restMs);
    const { stdout } = await exec(caller, id, { command: look });
    const [processes = Number.NaN, sessions = Number.NaN, kb = Number.NaN] = stdout.trim().split(' ').map(Number);
    return { processes, sessions, memoryBytes: kb * 1_024 };
  };

  const idle = await atRest();
  await run(100);
  const before = { ...here(), ...(await atRest()) };
  await run(commands);
  const after = { ...here(), ...(await atRest()) };

  expect(after.descriptors - before.descriptors).toBeLessThan(leaked);
  expect(after.processes - before.processes).toBeLessThan(leaked);
  expect(after.sessions).toBeLessThanOrEqual(slots);
  expect(after.heapBytes - before.heapBytes).toBeLessThan(32 * mb);
  expect(idle.memoryBytes).toBeGreaterThan(0);
  expect(idle.memoryBytes).toBeLessThan(64 * mb);
  expect(after.memoryBytes).toBeLessThan(70 * mb);
});
