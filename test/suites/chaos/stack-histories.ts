import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import type { Transition } from '../../../lambdas/core/sandboxes/ports.ts';
import type { HazardSettings } from '../../../local/hazards/hazards.ts';
import { type Random, randomFor } from '../../../local/hazards/random.ts';
import { killAgent } from '../../support/agent/kill-agent.ts';
import { leftoversOf } from '../../support/machines/machine-leftovers.ts';
import { type Caller, call } from '../../support/stack/sandbox-calls.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

// Half an hour passes in a minute.
const clockRate = 30;
const atOnce = 5;
const stepsOfHistory = 5;
const longestPauseMs = 1_500;
// Real machines on a busy computer, whose minutes are two seconds: what is awaited is that everything comes to rest.
const patient = { timeout: 150_000, interval: 500 };

/** AWS on a bad day. */
const badDay = (seed: number): HazardSettings => ({
  seed,
  events: { doubled: 0.2, delayMs: 60_000, lost: 0.3 },
  calls: [
    { service: 'ecs', operation: 'RunTask', fate: 'lose-answer', chance: 0.2 },
    { service: 'ecs', fate: 'throttle', chance: 0.1 },
    { service: 'ecs', operation: 'StopTask', fate: 'fail', chance: 0.2 },
    { service: 'dynamodb', fate: 'lose-answer', chance: 0.02 },
  ],
  functions: {
    losses: [
      { function: 'lifecycle', when: 'working', afterMs: 3_000, chance: 0.1 },
      { function: 'settle-task', when: 'working', chance: 0.1 },
      { function: 'reap', when: 'working', afterMs: 1_000, chance: 0.1 },
    ],
  },
});

type Act = (caller: Caller, random: Random, known: readonly Sandbox[]) => Promise<unknown>;

const oneOf = <T>(list: readonly T[], random: Random): T | undefined => list[Math.floor(random() * list.length)];

// Homes have tests of their own, and their saves take real time however fast the clock runs.
const create: Act = (caller, random) => {
  const key = oneOf(['one', 'two'], random) ?? 'one';
  return call(caller, 'POST', '/sandboxes', { ttl_seconds: 120, storage: { hot: false } }, { 'idempotency-key': key });
};

/** What callers do, and what befalls agents; often as not too late. */
const acts: readonly Act[] = [
  create,
  create,
  (caller, random) => Promise.all([create(caller, random, []), create(caller, random, [])]),
  async (caller, random, known) => {
    const { sandbox_id: id } = oneOf(known, random) ?? {};
    if (id !== undefined) await call(caller, 'PATCH', `/sandboxes/${id}`, { ttl_seconds: 180 });
  },
  async (caller, random, known) => {
    const { sandbox_id: id } = oneOf(known, random) ?? {};
    if (id !== undefined) await call(caller, 'DELETE', `/sandboxes/${id}?graceful=${random() < 0.5}`);
  },
  async (_, random, known) => {
    const { sandbox_id: id } = oneOf(known, random) ?? {};
    if (id !== undefined) killAgent(id);
  },
];

const sandboxesOf = async (caller: Caller): Promise<readonly Sandbox[]> => {
  const { status, body } = await call<{ sandboxes: Sandbox[] }>(caller, 'GET', '/sandboxes?limit=100');
  expect({ status, body }).toMatchObject({ status: 200 });
  return body.sandboxes;
};

/** One user's history. What is refused, or breaks with its function, is part of it. */
async function live(caller: Caller, random: Random): Promise<void> {
  await create(caller, random, []).catch(() => undefined);
  for (let n = 0; n < stepsOfHistory; n++) {
    await sleep(random() * longestPauseMs);
    const known = await sandboxesOf(caller).catch(() => []);
    await oneOf(acts, random)?.(caller, random, known).catch(() => undefined);
  }
}

/** Every end that anybody was told of. */
function endsTold({ service }: Stack): string[] {
  const path = join(service.dataDir, 'logs/events.log');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  const told = lines.filter((line) => line !== '').map((line) => JSON.parse(line).detail as Transition);
  return told.flatMap(({ to, sandbox_id }) => (['stopped', 'failed', 'expired'].includes(to) ? [sandbox_id] : []));
}

/** Nobody ends anything any more: agents, events and minutes have to. */
async function expectRest(stack: Stack, callers: readonly Caller[]): Promise<void> {
  await vi.waitFor(async () => {
    for (const caller of callers) {
      const all = await sandboxesOf(caller);
      expect(all.filter(({ ended_at }) => ended_at === null)).toEqual([]);
      for (const { stop_reason } of all) expect(stop_reason).toEqual(expect.any(String));
      const me = await call(caller, 'GET', '/me');
      expect(me).toMatchObject({ status: 200, body: { use: { live_sandboxes: 0 } } });
    }
    expect(leftoversOf(stack.service.dataDir)).toEqual([]);
  }, patient);
  const told = endsTold(stack);
  expect(told.length).toBeGreaterThan(0);
  expect(told.toSorted()).toEqual([...new Set(told)].toSorted());
}

/** Lives through so many histories, a few users at once, with real machines and a clock that runs ahead, on a bad day of AWS. */
export async function liveThroughOnStack(count: number, seed: number, budgetMs = Number.POSITIVE_INFINITY) {
  const started = performance.now();
  for (let n = 0; n < count; n += atOnce) {
    if (performance.now() - started > budgetMs) {
      console.log(`${n} of ${count} histories in the time there was`);
      return;
    }
    await using stack = await startStack({ clockRate, hazards: badDay(seed + n) });
    const users = Array.from({ length: Math.min(atOnce, count - n) }, (_, user) => `user-${user}`);
    const callers = await Promise.all(
      users.map(async (user): Promise<Caller> => ({ fetch: await stack.asPerson(user), door: '/v1' })),
    );
    await Promise.all(callers.map((caller, user) => live(caller, randomFor(seed + n, `history ${user}`))));
    await expectRest(stack, callers);
  }
}
