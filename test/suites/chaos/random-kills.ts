import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { Sandbox, StopReason } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { type Random, randomFor } from '../../../local/hazards/random.ts';
import { killVictim, machineProcesses, type Victim, victimNames } from '../../support/machines/kill-victims.ts';
import { leftoversOf } from '../../support/machines/machine-leftovers.ts';
import { type Caller, call } from '../../support/stack/sandbox-calls.ts';
import { type CallEnd, workInSandbox } from '../../support/stack/sandbox-work.ts';
import { type ServiceProcess, startServiceProcess, survivors } from '../../support/stack/service-process.ts';
import { signedFetch } from '../../support/stack/signed-fetch.ts';

// From the first step of a creation to a deletion in good order.
const latestKillMs = 1_800;
// An agent that ends asks and reports for up to half a minute when nobody answers it.
const patient = { timeout: 60_000, interval: 50 };

/** Why sandboxes may end when one of these is killed; a caller who deletes one may always be first. */
const reasons: Record<Victim, readonly StopReason[]> = {
  service: ['platform'],
  agent: ['error'],
  environment: ['platform'],
  // Before its command runs, a machine that ends has failed to start.
  'machine’s first process': ['error', 'platform'],
  'machine’s parent': ['error', 'platform'],
  terminal: [],
  attach: [],
};

const callerOf = ({ local }: ServiceProcess): Caller => ({
  fetch: signedFetch(local.url, { token: local.person.token }),
  door: '/v1',
});

/** As a client asks, which repeats a read that was refused: its function may just have been killed. */
const sandboxesOf = (caller: Caller): Promise<readonly Sandbox[]> =>
  vi.waitFor(async () => {
    const answer = await call<{ sandboxes: Sandbox[] }>(caller, 'GET', '/sandboxes?limit=100');
    expect(answer).toMatchObject({ status: 200 });
    return answer.body.sandboxes;
  }, patient);

/**
 * A service that works while parts of it are killed, chosen and timed by `seed`. After each kill: every call has ended in
 * a known way, every record says the truth, nobody's quota is used, nothing is left on the host, and the service serves.
 * Ends early, and says so, when `budgetMs` is over.
 */
export async function surviveRandomKills(
  kills: number,
  seed: number,
  budgetMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const started = performance.now();
  const random = randomFor(seed, 'kills');
  const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'matrx-kills-')));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  let service = await startServiceProcess(dataDir);
  undo.defer(() => service[Symbol.asyncDispose]());
  for (const [count, victim] of choose(kills, random).entries()) {
    if (performance.now() - started > budgetMs) {
      console.log(`${count} of ${kills} kills in the time there was`);
      break;
    }
    const earlier = new Set((await sandboxesOf(callerOf(service))).map(({ sandbox_id }) => sandbox_id));
    const work = workInSandbox(callerOf(service));
    // Awaited below, after the kill.
    work.catch(() => undefined);
    const { killed, ran } = await killAtRandom(service, victim, random);
    const ends = await work;
    if (killed === 'service') {
      await vi.waitFor(() => expect(survivors(ran)).toEqual([]), patient);
      service = await startServiceProcess(dataDir);
    } else expectAnswers(ends, killed);
    const what = `kill ${count + 1}, of the ${killed}`;
    await endAbandoned(callerOf(service), killed);
    await expectEnded(callerOf(service), what, (sandbox) => !earlier.has(sandbox.sandbox_id), reasons[killed]);
    await expectNothingLeft(service, what, dataDir);
  }
  const ends = await workInSandbox(callerOf(service));
  expect(ends.map(({ kind }) => kind)).toEqual(['answered', 'answered', 'answered', 'answered']);
}

/** Every victim in turn, in an order of chance. */
function choose(kills: number, random: Random): Victim[] {
  const rounds = Math.ceil(kills / victimNames.length);
  const all = Array.from({ length: rounds }, () =>
    [...victimNames].map((name) => ({ name, at: random() })).sort((a, b) => a.at - b.at),
  );
  return all
    .flat()
    .map(({ name }) => name)
    .slice(0, kills);
}

/**
 * Kills the victim at some moment of the work, or as soon as there is one; the service itself when none comes. Answers
 * which it was, and what the service ran just before.
 */
async function killAtRandom(service: ServiceProcess, victim: Victim, random: Random) {
  const chance = random();
  await sleep(random() * latestKillMs);
  for (let tries = 0; tries < 20; tries++) {
    const ran = service.descendants();
    if (await killVictim(service, victim, chance)) return { killed: victim, ran };
    await sleep(50);
  }
  const ran = service.descendants();
  await service.kill();
  return { killed: 'service' as const, ran };
}

/** Only a service or an environment of a function that dies breaks a connection. */
function expectAnswers(ends: readonly CallEnd[], victim: Victim): void {
  if (victim === 'environment') return;
  expect(ends.filter(({ kind }) => kind === 'broken')).toEqual([]);
}

/** Deletes what nobody else will end: what lives on, and after the service's death what never got a machine. */
async function endAbandoned(caller: Caller, killed: Victim): Promise<void> {
  const abandoned = (await sandboxesOf(caller)).filter(
    ({ status, ended_at }) => ended_at === null && (killed !== 'service' || status === 'creating'),
  );
  for (const { sandbox_id: id } of abandoned) await call(caller, 'DELETE', `/sandboxes/${id}?graceful=false`);
}

async function expectEnded(
  caller: Caller,
  what: string,
  isNew: (sandbox: Sandbox) => boolean,
  allowed: readonly StopReason[],
): Promise<void> {
  await vi.waitFor(async () => {
    const all = await sandboxesOf(caller);
    expect(
      all.filter(({ ended_at }) => ended_at === null),
      what,
    ).toEqual([]);
    for (const { stop_reason } of all.filter(isNew))
      expect(['user_requested', ...allowed], what).toContain(stop_reason);
    const me = await call(caller, 'GET', '/me');
    expect(me).toMatchObject({ status: 200, body: { use: { live_sandboxes: 0 } } });
  }, patient);
}

async function expectNothingLeft(service: ServiceProcess, what: string, dataDir: string): Promise<void> {
  await vi.waitFor(() => {
    expect(machineProcesses(service), what).toEqual([]);
    expect(leftoversOf(dataDir), what).toEqual([]);
    const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
    expect(
      files.filter((name) => /^links\/.|\.new$/.test(name)),
      what,
    ).toEqual([]);
  }, patient);
}
