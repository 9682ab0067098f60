import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { type Random, randomFor } from '../../../local/hazards/random.ts';
import { killVictim, machineProcesses, type Victim } from '../../support/machines/kill-victims.ts';
import { leftoversOf } from '../../support/machines/machine-leftovers.ts';
import { type Caller, call } from '../../support/stack/sandbox-calls.ts';
import { workInSandbox } from '../../support/stack/sandbox-work.ts';
import { type ServiceProcess, startServiceProcess, survivors } from '../../support/stack/service-process.ts';
import { signedFetch } from '../../support/stack/signed-fetch.ts';

interface Chaos {
  readonly ms: number;
  readonly users: number;
  /** How often the whole service dies. */
  readonly serviceDeaths: number;
  readonly seed: number;
  /** How many machines wait for sandboxes. @default 0 */
  readonly pool?: number;
}

const shortestPauseMs = 300;
const longestPauseMs = 1_500;
// Agents that end ask and report for up to half a minute when nobody answers; what a pool has kept goes with the minute.
const patient = { timeout: 150_000, interval: 500 };

/** Parts that die while everything else goes on: agents, functions, and what carries the channel's bytes. */
const parts: readonly Exclude<Victim, 'service'>[] = [
  'agent',
  'environment',
  'environment',
  'attach',
  'terminal',
  'machine’s first process',
  'machine’s parent',
];

/** The service of the moment. */
class Mortal implements AsyncDisposable {
  readonly dataDir: string;
  readonly #pool: number;
  #service: ServiceProcess;

  private constructor(dataDir: string, pool: number, service: ServiceProcess) {
    this.dataDir = dataDir;
    this.#pool = pool;
    this.#service = service;
  }

  static async begin(dataDir: string, pool: number): Promise<Mortal> {
    return new Mortal(dataDir, pool, await startServiceProcess(dataDir, { pool }));
  }

  get service(): ServiceProcess {
    return this.#service;
  }

  caller(): Caller {
    const { url, person } = this.#service.local;
    return { fetch: signedFetch(url, { token: person.token }), door: '/v1' };
  }

  operator(): Caller {
    const { url, admin } = this.#service.local;
    return { fetch: signedFetch(url, { token: admin.token }), door: '/v1' };
  }

  async dieAndRise(): Promise<void> {
    const ran = this.#service.descendants();
    await this.#service.kill();
    await vi.waitFor(() => expect(survivors(ran)).toEqual([]), patient);
    this.#service = await startServiceProcess(this.dataDir, { pool: this.#pool });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service[Symbol.asyncDispose]();
  }
}

/** Creates, uses and deletes sandboxes until time is over; answers how often all of it went well. */
async function work(mortal: Mortal, untilMs: number): Promise<number> {
  let well = 0;
  while (performance.now() < untilMs) {
    const ends = await workInSandbox(mortal.caller());
    if (ends.length === 4 && ends.every(({ kind }) => kind === 'answered')) well += 1;
    // While the service is down a call breaks at once.
    else await sleep(shortestPauseMs);
  }
  return well;
}

async function kill(mortal: Mortal, { ms, serviceDeaths }: Chaos, random: Random): Promise<number> {
  const began = performance.now();
  const deaths = Array.from(
    { length: serviceDeaths },
    (_, n) => began + ((n + 0.3 + random() * 0.4) * ms) / serviceDeaths,
  );
  let killed = 0;
  while (performance.now() < began + ms) {
    await sleep(shortestPauseMs + random() * (longestPauseMs - shortestPauseMs));
    const [next] = deaths;
    if (next !== undefined && performance.now() >= next) {
      deaths.shift();
      await mortal.dieAndRise();
      killed += 1;
    }
    const victim = parts[Math.floor(random() * parts.length)] ?? 'agent';
    if (await killVictim(mortal.service, victim, random())) killed += 1;
  }
  return killed;
}

/** Every end that anybody was told of. */
function endsTold(dataDir: string): string[] {
  const path = join(dataDir, 'logs/events.log');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  // A killed service may have left half a line.
  return lines.flatMap((line) => /"sandbox_id":"(\w+)".*"to":"(?:stopped|failed|expired)"/.exec(line)?.[1] ?? []);
}

async function expectRest(mortal: Mortal): Promise<void> {
  const caller = mortal.caller();
  await vi.waitFor(async () => {
    const stopped = await call(mortal.operator(), 'POST', '/admin/stop-all', { reason: 'the chaos is over' });
    expect(stopped).toMatchObject({ status: 200, body: { complete: true } });
  }, patient);
  await vi.waitFor(async () => {
    const { status, body } = await call<{ sandboxes: Sandbox[] }>(caller, 'GET', '/sandboxes?limit=100');
    expect(status).toBe(200);
    expect(body.sandboxes.filter(({ ended_at }) => ended_at === null)).toEqual([]);
    for (const { stop_reason } of body.sandboxes) expect(stop_reason).toEqual(expect.any(String));
    expect(await call(caller, 'GET', '/me')).toMatchObject({ body: { use: { live_sandboxes: 0 } } });
    expect(machineProcesses(mortal.service)).toEqual([]);
    expect(leftoversOf(mortal.dataDir)).toEqual([]);
  }, patient);
  const told = endsTold(mortal.dataDir);
  expect(told.toSorted()).toEqual([...new Set(told)].toSorted());
}

/**
 * Sandboxes are created, used and deleted while agents, functions, the channel's ends and the whole service are killed. Then: no machine
 * without a live record, no live record at all, nobody's quota used, each end told once, nothing left on the host, and it serves.
 */
export async function surviveChaos(chaos: Chaos): Promise<void> {
  const random = randomFor(chaos.seed, 'chaos');
  const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'matrx-chaos-')));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const mortal = undo.use(await Mortal.begin(dataDir, chaos.pool ?? 0));
  const untilMs = performance.now() + chaos.ms;
  const workers = Array.from({ length: chaos.users }, () => work(mortal, untilMs));
  const [killed, ...well] = await Promise.all([kill(mortal, chaos, random), ...workers]);
  expect(killed).toBeGreaterThan(0);
  console.log(`${killed} deaths, ${well.reduce((sum, count) => sum + count, 0)} sandboxes that went well`);
  await expectRest(mortal);
  const opened = await call(mortal.operator(), 'PATCH', '/admin/deployment', { accepting: true });
  expect(opened).toMatchObject({ status: 200 });
  const ends = await workInSandbox(mortal.caller());
  expect(ends.map(({ kind }) => kind)).toEqual(['answered', 'answered', 'answered', 'answered']);
}
