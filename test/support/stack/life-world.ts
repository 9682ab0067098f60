// A whole service in memory, with callers, agents and AWS, in which everybody can die and nothing arrives for sure.
import type { StopReason } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { heartbeat } from '../../../lambdas/core/agent/heartbeat.ts';
import { hello } from '../../../lambdas/core/agent/hello.ts';
import type { Pool } from '../../../lambdas/core/pool/ports.ts';
import { isOfPool } from '../../../lambdas/core/pool/settle-member.ts';
import type { SeenTask } from '../../../lambdas/core/reaper/ports.ts';
import { reap } from '../../../lambdas/core/reaper/reap.ts';
import { createSandbox } from '../../../lambdas/core/sandboxes/create/create-sandbox.ts';
import { deleteSandbox } from '../../../lambdas/core/sandboxes/delete-sandbox.ts';
import { settleTaskEvent } from '../../../lambdas/core/sandboxes/life/settle-task-event.ts';
import { patchSandbox } from '../../../lambdas/core/sandboxes/patch-sandbox.ts';
import { hasEnded, type SandboxRecord, taskOf } from '../../../lambdas/core/sandboxes/record.ts';
import { type Random, randomFor } from '../../../local/hazards/random.ts';
import { agentOf, callOf, service } from '../calls.ts';
import { FakeCluster } from '../fakes/fake-cluster.ts';
import { FakeCursors, FakeDueRecords } from '../fakes/fake-reaper.ts';
import { MortalProcess, type Trouble, untroubled } from '../fakes/mortal-process.ts';
import { fakeService } from './sandbox-life.ts';

type AgentStep =
  | { readonly is: 'hello' | 'ready'; readonly pick: number }
  | { readonly is: 'ending'; readonly pick: number; readonly reason: StopReason };

/** Something that happens. `pick`, a number of any size, chooses among what is there. */
export type Step =
  | { readonly is: 'create'; readonly user: string; readonly key: string | undefined; readonly ttl: number }
  | { readonly is: 'patch'; readonly pick: number; readonly ttl: number }
  | { readonly is: 'delete'; readonly pick: number; readonly graceful: boolean }
  | { readonly is: 'crash'; readonly pick: number }
  | { readonly is: 'spot notice'; readonly pick: number }
  | { readonly is: 'vanish'; readonly pick: number }
  | AgentStep
  | { readonly is: 'event'; readonly pick: number; readonly copies: number }
  | { readonly is: 'no room'; readonly nextAttempt: number | undefined }
  | { readonly is: 'minute' }
  | { readonly is: 'time'; readonly ms: number };

const pickOf = <T>(list: readonly T[], pick: number): T | undefined => list[pick % Math.max(1, list.length)];

const pool: Pool = { template: 'base', size: 's', count: 2, maxAgeSeconds: 1_800, image: 'base:1' };

export class LifeWorld {
  readonly cluster: FakeCluster;
  /** How often each sandbox came to an end, and the reasons it was ever given. */
  readonly ends = new Map<string, number>();
  readonly reasons = new Map<string, Set<StopReason>>();
  readonly #random: Random;
  readonly #ports: ReturnType<typeof fakeService>['ports'];
  readonly #reaper: Pick<Parameters<typeof reap>[0], 'dueRecords' | 'cursors'>;

  constructor(seed: number) {
    this.#random = randomFor(seed, 'world');
    this.#ports = fakeService().ports;
    // Every other world has machines that wait.
    this.#ports.pools = seed % 2 === 0 ? [] : [pool];
    this.cluster = new FakeCluster(this.#ports.clock, this.#random);
    this.#reaper = { dueRecords: new FakeDueRecords(this.#ports.records), cursors: new FakeCursors() };
    const { records } = this.#ports;
    const replace = records.replace.bind(records);
    records.replace = async (previous, next, release) => {
      const isWritten = await replace(previous, next, release);
      if (isWritten) this.#note(previous, next);
      return isWritten;
    };
  }

  get nowMs(): number {
    return this.#ports.clock.now();
  }

  get records(): readonly SandboxRecord[] {
    return [...this.#ports.records.byId.values()];
  }

  /** The ids that count against a quota. */
  get liveIds(): string[] {
    return [...this.#ports.records.live.values()].flatMap((ids) => [...ids]).sort();
  }

  pass(ms: number): void {
    this.#ports.clock.pass(ms);
  }

  /** Lets it happen, by a process of its own. */
  async take(step: Step, trouble: Trouble): Promise<void> {
    const process = new MortalProcess(trouble, this.#random);
    await process.run(() => this.#work(step, process));
  }

  /** No machine is to wait any more. */
  endPools(): void {
    this.#ports.pools = [];
  }

  /** A run of the reaper to which nothing happens. */
  async reap(): Promise<void> {
    await this.take({ is: 'minute' }, untroubled);
  }

  async #work(step: Step, process: MortalProcess): Promise<unknown> {
    if (step.is === 'time') return this.pass(step.ms);
    if (step.is === 'minute' || step.is === 'event') return await this.#serve(step, process);
    if (step.is === 'create' || step.is === 'patch' || step.is === 'delete') return await this.#call(step, process);
    if (step.is === 'no room') {
      const { nextAttempt } = step;
      return this.cluster.refusals.push({ kind: 'refused', reason: 'capacity', detail: 'no room', nextAttempt });
    }
    const task = pickOf(this.cluster.alive, step.pick);
    if (task === undefined) return undefined;
    if (step.is === 'crash') return this.cluster.exit(task.id, 137);
    if (step.is === 'spot notice') return this.cluster.interrupt(task.id);
    if (step.is === 'vanish') return this.cluster.vanish(task.id);
    return await this.#report(step, task.id, process);
  }

  #portsOf(process: MortalProcess) {
    const { records, pool } = this.#ports;
    return { ...this.#ports, records: process.of(records), pool: process.of(pool), tasks: process.of(this.cluster) };
  }

  /** What AWS calls. */
  async #serve(step: Extract<Step, { is: 'minute' | 'event' }>, process: MortalProcess): Promise<unknown> {
    const ports = this.#portsOf(process);
    if (step.is === 'minute') {
      const { dueRecords, cursors } = this.#reaper;
      const lookups = process.of(this.cluster);
      return await reap({ ...ports, lookups, dueRecords: process.of(dueRecords), cursors: process.of(cursors) });
    }
    const { events } = this.cluster;
    const event = pickOf(events, step.pick);
    if (event === undefined) return undefined;
    events.splice(events.indexOf(event), 1);
    for (let copy = 0; copy < step.copies; copy++) await settleTaskEvent(ports, event);
    return undefined;
  }

  /** What callers call. */
  async #call(step: Extract<Step, { is: 'create' | 'patch' | 'delete' }>, process: MortalProcess): Promise<unknown> {
    const ports = this.#portsOf(process);
    if (step.is === 'create') {
      const headers = step.key === undefined ? {} : { 'idempotency-key': step.key };
      const body = { user_id: step.user, ttl_seconds: step.ttl };
      return await createSandbox(ports, callOf('createSandbox', service, { headers, body }));
    }
    const record = pickOf(this.records, step.pick);
    if (record === undefined) return undefined;
    const params = { sandbox_id: record.sandbox_id };
    if (step.is === 'patch')
      return await patchSandbox(ports, callOf('patchSandbox', service, { params, body: { ttl_seconds: step.ttl } }));
    const query = { graceful: String(step.graceful) };
    return await deleteSandbox(ports, callOf('deleteSandbox', service, { params, query }));
  }

  /** What agents say. One that says it ends, or hears that it has, does. */
  async #report(step: AgentStep, taskId: string, process: MortalProcess): Promise<unknown> {
    const ports = this.#portsOf(process);
    this.cluster.begin(taskId);
    if (step.is === 'hello') {
      const call = callOf('hello', agentOf(taskId), { body: { agent_version: '1', session_limit: 8 } });
      return await hello(ports, call);
    }
    const sandboxId = this.#ports.records.tasks.get(taskId);
    if (sandboxId === undefined) return undefined;
    const said = step.is === 'ending' ? { state: 'ending', reason: step.reason } : { state: 'ready', reason: null };
    const body = { ...said, detail: null, running_commands: 0, last_active_at: null };
    const call = callOf('heartbeat', agentOf(taskId), { params: { sandbox_id: sandboxId }, body });
    if (step.is === 'ending') this.cluster.exit(taskId, 0);
    return await heartbeat(ports, call);
  }

  #note(previous: SandboxRecord, next: SandboxRecord): void {
    const id = next.sandbox_id;
    if ('stop_reason' in next) this.reasons.set(id, (this.reasons.get(id) ?? new Set()).add(next.stop_reason));
    if (hasEnded(next)) this.ends.set(id, (this.ends.get(id) ?? 0) + 1);
    if (hasEnded(previous)) throw new Error(`${id} was changed after its end`);
  }

  /** What is not as it should be, now. */
  faults(): string[] {
    const { alive } = this.cluster;
    const live = this.records.filter((record) => !hasEnded(record));
    const tasksOfLive = new Set(live.flatMap((record) => taskOf(record)?.id ?? []));
    const waiting = new Set([...this.#ports.pool.byPlace.values()].map(({ member_id }) => member_id));
    // What waited leaves its pool before it is told to stop, and takes its time.
    const isPools = (task: SeenTask) =>
      waiting.has(task.startedBy ?? '') || (isOfPool(task) && task.desiredStatus === 'STOPPED');
    const aliveIds = new Set(alive.map(({ id }) => id));
    const liveIds = live.map(({ sandbox_id }) => sandbox_id).sort();
    return [
      ...alive.flatMap((task) =>
        tasksOfLive.has(task.id) || isPools(task) ? [] : [`task ${task.id} has no live record`],
      ),
      ...live.flatMap((record) => {
        const task = taskOf(record);
        return task !== undefined && aliveIds.has(task.id) ? [] : [`${record.status} ${record.sandbox_id} has no task`];
      }),
      ...(liveIds.join() === this.liveIds.join() ? [] : [`${this.liveIds} count as live, and ${liveIds} are`]),
    ];
  }

  /** What may never be, at no moment. */
  breaches(): string[] {
    // Of two callers with one key one can be refused and the other not: only a definite failure leads to another launch.
    const launchedTwice = [...this.cluster.launches].filter(([, { launched, refused }]) => launched > 1 + refused);
    return [
      ...launchedTwice.map(([id]) => `${id} was launched again without a definite failure`),
      ...[...this.ends].flatMap(([id, count]) => (count === 1 ? [] : [`${id} ended ${count} times`])),
      ...[...this.reasons].flatMap(([id, all]) => (all.size === 1 ? [] : [`${id} ended for ${[...all]}`])),
    ];
  }
}
