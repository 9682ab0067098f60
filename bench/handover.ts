import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../client/index.ts';
import { showTimes, timesOf } from './support/measure.ts';
import { type BenchStack, openStack } from './support/stack.ts';

const targets = { create: 60, command: 1_500 };
const runs = 8;
// A pool's machine takes as long as a cold start to be there.
const refillMs = 1_500;
const emptyMs = 60_000;

interface Start {
  readonly createMs: number;
  /** From the beginning of the creation to the end of the first command. */
  readonly commandMs: number;
}

/** Of which size there is a pool, and of which not. */
const sizes = { pool: 's', cold: 'xs' } as const;

async function since<T>(run: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const began = performance.now();
  const result = await run();
  return { ms: performance.now() - began, result };
}

/** A sandbox that nobody has waited for, from where it is wanted; creates until it comes from there. */
async function createFrom(stack: BenchStack, from: keyof typeof sizes): Promise<{ ms: number; result: Sandbox }> {
  for (const until = performance.now() + emptyMs; ; ) {
    const created = await since(() => stack.createSandbox({ size: sizes[from], wait: false }));
    if (created.result.info.startedFrom === from) return created;
    await created.result.kill({ graceful: false });
    if (performance.now() > until) throw new Error(`the pool has been empty for ${emptyMs} ms`);
    await sleep(refillMs);
  }
}

async function start(stack: BenchStack, from: keyof typeof sizes): Promise<Start> {
  const created = await createFrom(stack, from);
  await using sandbox = created.result;
  const run = await since(async () => {
    if (from === 'cold') await sandbox.waitUntilReady();
    await sandbox.commands.run(['/bin/true'], { check: true });
  });
  return { createMs: created.ms, commandMs: created.ms + run.ms };
}

/** A creation and its first command with a machine that waits, beside a cold start of the same run. */
export async function* benchHandover(): AsyncGenerator<string> {
  await using stack = await openStack({ pool: [{ template: 'base', size: sizes.pool, count: 3 }] });
  for (const from of ['pool', 'cold'] as const) {
    // The first of each warms the functions up.
    await start(stack, from);
    const starts: Start[] = [];
    while (starts.length < runs) {
      if (from === 'pool') await sleep(refillMs);
      starts.push(await start(stack, from));
    }
    const create = timesOf(starts.map(({ createMs }) => createMs));
    const command = timesOf(starts.map(({ commandMs }) => commandMs));
    yield `${from}: create            ${showTimes(create)} (n=${runs})`;
    yield `${from}: and first command ${showTimes(command)} (n=${runs}), of which 1,000 ms are the session's fixed silence`;
    if (from === 'cold') continue;
    yield `  targets p50 under ${targets.create} ms and ${targets.command} ms: ${create.p50 < targets.create ? 'met' : 'MISSED'}, ${command.p50 < targets.command ? 'met' : 'MISSED'}`;
  }
}
