// ECS in memory, for histories: tasks that stop when they want to, events that come late, and a past that is forgotten.
import { accountLimits } from '../../../contract/account-limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { SeenTask, TaskLookups } from '../../../lambdas/core/reaper/ports.ts';
import type { TaskReport } from '../../../lambdas/core/sandboxes/life/settle-task.ts';
import type { Launch, Launched, Tasks } from '../../../lambdas/core/sandboxes/task-ports.ts';
import { taskFor } from './fakes.ts';

interface ClusterTask extends SeenTask {
  /** When it stops, once it was told to. */
  readonly stopsAtMs: number;
  readonly stoppedAtMs: number;
}

const never = Number.POSITIVE_INFINITY;
const forgottenAfterMs = 3_600_000;
const longestStopMs = 120_000;
const quiet = { stopCode: undefined, stoppedReason: undefined, exitCode: undefined, containerReason: undefined };

/** One cluster. `chance` (0 to 1, exclusive) decides how long a task takes to stop. */
export class FakeCluster implements Tasks, TaskLookups {
  /** What EventBridge has yet to deliver. */
  readonly events: TaskReport[] = [];
  /** What the next launches are refused with, in order. */
  readonly refusals: Extract<Launched, { kind: 'refused' }>[] = [];
  /** How many tasks were launched for each sandbox, and how many launches were refused. */
  readonly launches = new Map<string, { launched: number; refused: number }>();
  readonly #tasks = new Map<string, ClusterTask>();
  readonly #byToken = new Map<string, string>();
  readonly #clock: Clock;
  readonly #chance: () => number;

  constructor(clock: Clock, chance: () => number) {
    this.#clock = clock;
    this.#chance = chance;
  }

  /** Tasks that cost money. */
  get alive(): readonly SeenTask[] {
    this.#pass();
    return [...this.#tasks.values()].filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  }

  async launch({ token, sandboxId }: Launch): Promise<Launched> {
    this.#pass();
    const { arn, id } = taskFor(token);
    if (this.#byToken.has(token)) return { kind: 'accepted', task: { arn, id } };
    const refusal = this.refusals.shift();
    const { launched, refused } = this.launches.get(sandboxId) ?? { launched: 0, refused: 0 };
    const isRefused = refusal !== undefined;
    this.launches.set(sandboxId, { launched: launched + (isRefused ? 0 : 1), refused: refused + (isRefused ? 1 : 0) });
    if (isRefused) return refusal;
    this.#byToken.set(token, id);
    const state = { lastStatus: 'PENDING', desiredStatus: 'RUNNING', createdAtMs: this.#clock.now() };
    const times = { stopsAtMs: never, stoppedAtMs: never };
    this.#put({ arn, id, startedBy: sandboxId, version: 0, evidence: quiet, ...state, ...times });
    return { kind: 'accepted', task: { arn, id } };
  }

  async stop(arn: string): Promise<'stopping' | 'absent'> {
    this.#pass();
    const task = [...this.#tasks.values()].find((one) => one.arn === arn);
    if (task === undefined) return 'absent';
    if (task.desiredStatus === 'STOPPED') return 'stopping';
    const stopsAtMs = this.#clock.now() + Math.floor(this.#chance() * longestStopMs);
    const evidence = { ...quiet, stopCode: 'UserInitiated', stoppedReason: 'stopped' };
    this.#put({ ...task, desiredStatus: 'STOPPED', stopsAtMs, evidence });
    return 'stopping';
  }

  async check(): Promise<void> {}

  async describe(arns: readonly string[]): Promise<readonly SeenTask[]> {
    this.#pass();
    return [...this.#tasks.values()].filter(({ arn }) => arns.includes(arn));
  }

  async startedBy(sandboxId: string): Promise<readonly string[]> {
    this.#pass();
    return [...this.#tasks.values()].flatMap(({ startedBy, arn }) => (startedBy === sandboxId ? [arn] : []));
  }

  async running(after = ''): Promise<{ arns: readonly string[]; next: string | undefined }> {
    this.#pass();
    const running = [...this.#tasks.values()].filter(
      ({ desiredStatus, id }) => desiredStatus === 'RUNNING' && id > after,
    );
    const found = running.sort((a, b) => (a.id < b.id ? -1 : 1));
    const page = found.slice(0, accountLimits.tasksPerRead);
    return { arns: page.map(({ arn }) => arn), next: found.length > page.length ? page.at(-1)?.id : undefined };
  }

  /** The task's container runs. */
  begin(id: string): void {
    const task = this.#tasks.get(id);
    if (task?.lastStatus === 'PENDING') this.#put({ ...task, lastStatus: 'RUNNING' });
  }

  /** Its capacity is about to go: it has two minutes. */
  interrupt(id: string): void {
    const task = this.#tasks.get(id);
    if (task?.desiredStatus !== 'RUNNING') return;
    const evidence = { ...quiet, stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' };
    this.#put({ ...task, desiredStatus: 'STOPPED', stopsAtMs: this.#clock.now() + longestStopMs, evidence });
  }

  /** Its one process has ended. */
  exit(id: string, exitCode: number): void {
    const task = this.#tasks.get(id);
    if (task === undefined || task.lastStatus === 'STOPPED') return;
    const stopCode = task.evidence.stopCode ?? 'EssentialContainerExited';
    const evidence = { ...quiet, stopCode, stoppedReason: 'Essential container in task exited', exitCode };
    this.#end({ ...task, evidence }, this.#clock.now());
  }

  /** It is gone, and nobody hears of it. */
  vanish(id: string): void {
    this.#tasks.delete(id);
  }

  /** Somebody else runs a task in the cluster. */
  intrude(id: string): void {
    const arn = taskFor(id).arn;
    const state = { lastStatus: 'RUNNING', desiredStatus: 'RUNNING', createdAtMs: this.#clock.now() };
    const times = { stopsAtMs: never, stoppedAtMs: never };
    this.#tasks.set(id, { arn, id, startedBy: undefined, version: 1, evidence: quiet, ...state, ...times });
  }

  #pass(): void {
    const nowMs = this.#clock.now();
    for (const task of this.#tasks.values()) {
      if (task.lastStatus !== 'STOPPED' && task.stopsAtMs <= nowMs) this.#end(task, task.stopsAtMs);
      if (task.stoppedAtMs + forgottenAfterMs <= nowMs) this.#tasks.delete(task.id);
    }
  }

  #end(task: ClusterTask, stoppedAtMs: number): void {
    this.#put({ ...task, lastStatus: 'STOPPED', desiredStatus: 'STOPPED', stoppedAtMs });
  }

  /** One version further, and an event that says so. */
  #put(task: ClusterTask): void {
    const next = { ...task, version: task.version + 1 };
    this.#tasks.set(task.id, next);
    this.events.push(next);
  }
}
