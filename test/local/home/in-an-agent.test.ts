import { readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import type { Assignment } from '../../../contract/api/agent-reports.ts';
import { createClock } from '../../../contract/clock.ts';
import { SaveEvent } from '../../../contract/home/home-api.ts';
import { HomeOrder } from '../../../contract/home/home-order.ts';
import { type AgentMachine, startAgent, until } from '../../support/agent/agent-machine.ts';
import { helpersOf } from '../../support/agent/file-calls.ts';
import { type HomeRig, startHomeRig } from '../../support/agent/home-rig.ts';

const home = HomeOrder.parse({ enabled: true, from: null });

const start = (homes: HomeRig, assignment: Partial<Assignment> = {}) =>
  startAgent({ files: true, homes, assignment: { home, ...assignment } });

const shell = (machine: AgentMachine, script: string) => machine.run({ argv: ['/bin/sh', '-c', script] });

async function save(machine: AgentMachine): Promise<SaveEvent[]> {
  const { body } = await machine.send('POST', '/home/save');
  return body
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => SaveEvent.parse(JSON.parse(line)));
}

test('M9: a sandbox is ready with its home restored, which on_ready finds; what it leaves at its end is there for the next', async () => {
  await using rig = await startHomeRig();
  {
    await using first = await start(rig);
    await first.ready();
    await shell(first, 'echo kept > file');
    first.stop();
    expect(await first.exited).toBe(0);
    expect(first.plane.heartbeats.at(-1)?.home).toMatchObject({
      partial: false,
      fault: null,
      saved_at: expect.any(String),
    });
  }
  const on_ready = { argv: ['/bin/sh', '-c', 'cp file copy'], env: {}, timeout_seconds: 30 };
  await using second = await start(rig, { on_ready });
  await second.ready();
  expect((await shell(second, 'cat copy')).stdout.toString()).toBe('kept\n');
  expect(second.plane.heartbeats.at(-1)?.home).toMatchObject({ restored_files: 1, restored_bytes: 5, state: 'kept' });
});

test('a save that is asked for answers with its checkpoint, or with the one that has it all', async () => {
  await using rig = await startHomeRig();
  await using machine = await start(rig);
  await machine.ready();
  await shell(machine, 'echo kept > file');
  const [saved] = (await save(machine)).slice(-1);
  expect(saved).toMatchObject({ event: 'saved', changed: true, checkpoint: { cause: 'asked', files: 1 } });
  const [again] = (await save(machine)).slice(-1);
  expect(again).toEqual({ ...saved, changed: false });
});

test('a home is saved while it changes, without being asked', async () => {
  await using rig = await startHomeRig();
  await using machine = await startAgent({
    files: true,
    homes: rig,
    clock: createClock(100, Date.now()),
    assignment: { home: { ...home, save_seconds: 30 } },
  });
  await machine.ready();
  await shell(machine, 'echo 1 > file');
  await until(() => machine.plane.heartbeats.some((beat) => beat.home?.saved_at));
});

test('M9: a sandbox whose home can’t be restored is never ready, and says why by the bucket’s name', async () => {
  await using rig = await startHomeRig();
  const credentialsFor = (user: string) => ({
    ...rig.credentialsFor(user),
    ...rig.allPowerful,
    bucket: 'no-such-bucket',
  });
  await using machine = await startAgent({
    files: true,
    homes: { s3Url: rig.s3Url, credentialsFor },
    assignment: { home },
  });
  await machine.exited;
  expect(machine.plane.heartbeats.some(({ state }) => state === 'ready')).toBe(false);
  expect(machine.plane.heartbeats.at(-1)).toMatchObject({
    state: 'ending',
    reason: 'platform',
    detail: expect.stringContaining('bucket_missing, there is no bucket no-such-bucket'),
    home: { fault: { code: 'bucket_missing' } },
  });
});

test('a sandbox that ends now leaves its home as it was saved last', async () => {
  await using rig = await startHomeRig();
  {
    await using first = await start(rig);
    await first.ready();
    await shell(first, 'echo unsaved > file');
    first.plane.reply = { ...first.plane.reply, stop: 'now' };
    first.stop();
    await first.exited;
  }
  await using second = await start(rig);
  await second.ready();
  expect((await shell(second, 'ls -A')).stdout.toString()).toBe('');
});

test('storage credentials are in the agent’s memory alone', async () => {
  await using rig = await startHomeRig();
  const given: string[] = [];
  const credentialsFor = (user: string) => {
    const fresh = rig.credentialsFor(user);
    given.push(fresh.access_key_id, fresh.secret_access_key, fresh.session_token);
    return fresh;
  };
  await using machine = await startAgent({
    files: true,
    homes: { s3Url: rig.s3Url, credentialsFor },
    assignment: { home },
  });
  await machine.ready();
  await shell(machine, 'echo kept > file');
  await save(machine);
  expect(given.length).toBeGreaterThan(0);
  const [helper] = helpersOf(dirname(machine.home));
  expect(readFileSync(`/proc/${helper}/environ`, 'latin1')).toBe('PWD=/\0');
  expect(readdirSync(`/proc/${helper}/fd`).length).toBeLessThan(30);
  const memory = await memoryOf(Number(helper));
  expect(memory.includes('packFiles')).toBe(true);
  for (const secret of given) expect(memory.includes(secret)).toBe(false);
  const { stdout } = await shell(machine, 'env; cat /proc/self/environ; cat /proc/*/environ 2>/dev/null');
  for (const secret of given) expect(stdout.includes(secret)).toBe(false);
});

/** What a process can write to, as its bytes. */
async function memoryOf(pid: number): Promise<Buffer> {
  await using memory = await open(`/proc/${pid}/mem`);
  const parts: Buffer[] = [];
  for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    if (from === undefined || to === undefined) continue;
    const size = Number.parseInt(to, 16) - Number.parseInt(from, 16);
    if (size > 256 * 1024 ** 2) continue;
    const part = Buffer.alloc(size);
    await memory.read(part, 0, size, Number.parseInt(from, 16)).then(
      ({ bytesRead }) => parts.push(part.subarray(0, bytesRead)),
      () => undefined,
    );
  }
  return Buffer.concat(parts);
}
