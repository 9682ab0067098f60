import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { followFrames } from '../../../../containers/agent/api/follow-frames.ts';
import { Listeners } from '../../../../containers/agent/commands/listeners.ts';
import { DiskBudget } from '../../../../containers/agent/commands/output/disk-budget.ts';
import { Excerpt } from '../../../../containers/agent/commands/output/excerpt.ts';
import { Spool } from '../../../../containers/agent/commands/output/spool.ts';
import { limits } from '../../../../contract/api/limits.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

async function followed() {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-follow-'));
  const clock = new ManualClock();
  const changes = new Listeners();
  const budget = new DiskBudget(1_000_000);
  const spool = (name: string) => new Spool(join(folder, name), { maxBytes: 1_000_000 }, budget, () => changes.tell());
  const command = {
    id: 'cmd_1',
    cwd: '/tmp',
    changes,
    output: { stdout: spool('o'), stderr: spool('e') },
    hasEnded: false,
    outcome: { exit_code: 0 },
  };
  const gone = new AbortController();
  const frames = followFrames(command, { stdout_offset: 0, stderr_offset: 0 }, clock, gone.signal);
  return {
    clock,
    command,
    gone,
    frames,
    async [Symbol.asyncDispose]() {
      await Promise.all([command.output.stdout[Symbol.asyncDispose](), command.output.stderr[Symbol.asyncDispose]()]);
      await rm(folder, { recursive: true });
    },
  };
}

test('a quiet command says something every 15 seconds', async () => {
  await using here = await followed();
  expect((await here.frames.next()).value).toEqual({ kind: 'started', json: { command_id: 'cmd_1', cwd: '/tmp' } });
  for (let i = 0; i < 3; i++) {
    const next = here.frames.next();
    while (here.clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    here.clock.pass(limits.heartbeatSeconds * 1000);
    expect((await next).value).toEqual({ kind: 'heartbeat', json: {} });
  }
  await here.command.output.stdout.append(Buffer.from('now'));
  expect((await here.frames.next()).value).toMatchObject({ kind: 'stdout', offset: 0, data: Buffer.from('now') });
});

test('the outcome comes after everything that was printed before it', async () => {
  await using here = await followed();
  await here.command.output.stderr.append(Buffer.from('last words'));
  here.command.hasEnded = true;
  const kinds: string[] = [];
  for await (const { kind } of here.frames) kinds.push(kind);
  expect(kinds).toEqual(['started', 'stderr', 'finished']);
});

test('a follower that is gone leaves no listener and no timer', async () => {
  await using here = await followed();
  await here.frames.next();
  const next = here.frames.next();
  while (here.clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(here.command.changes.size).toBe(1);
  here.gone.abort();
  expect((await next).done).toBe(true);
  expect([here.command.changes.size, here.clock.pending]).toEqual([0, 0]);
});

test('an excerpt is the whole of what is short, and both ends of what is long', () => {
  const part = limits.excerptBytes / 4;
  const excerpt = new Excerpt();
  excerpt.push(Buffer.alloc(part, 'a'));
  expect(excerpt.report()).toEqual({ head: Buffer.alloc(part, 'a').toString('base64'), tail: '' });
  for (let i = 0; i < 100; i++) excerpt.push(Buffer.alloc(997, 'b'));
  excerpt.push(Buffer.from('end'));
  const { head, tail } = excerpt.report();
  expect(Buffer.from(head, 'base64').length + Buffer.from(tail, 'base64').length).toBe(limits.excerptBytes / 2);
  expect(Buffer.from(tail, 'base64').toString()).toMatch(/^b+end$/);
});
