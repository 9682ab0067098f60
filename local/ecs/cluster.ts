import { join } from 'node:path';
import type { Failure } from '@aws-sdk/client-ecs';
import { AwsError } from '../aws/aws-error.ts';
import type { ExecSessions } from '../ssm/sessions/exec-sessions.ts';
import { type Arns, lastPart } from './arns.ts';
import { EventOutbox, type OnEvent } from './events/event-outbox.ts';
import { type StoredDefinition, TaskDefinitions } from './task-definitions/task-definitions.ts';
import { hostLost, hostRetired, type StopCause } from './tasks/stop-cause.ts';
import type { EventFaults, TaskFaults } from './tasks/task-hazards.ts';
import { TaskLife, type TaskSurroundings } from './tasks/task-life.ts';
import type { StoredTask, TaskRecord } from './tasks/task-record.ts';
import { Tasks } from './tasks/tasks.ts';

export interface ClusterOptions extends Omit<TaskSurroundings, 'current' | 'advance' | 'amend' | 'onEnding'> {
  readonly arns: Arns;
  /** Where tasks and task definitions are kept. */
  readonly folder: string;
  readonly sessions: ExecSessions;
  readonly onEvent: OnEvent;
  /** What RunTask answers with, HTTP 200, in the place of tasks. @default none */
  readonly runTaskFailures?: (input: unknown) => readonly Failure[];
  readonly faults: TaskFaults;
  readonly eventFaults: EventFaults;
  /** vCPUs of tasks that run at once. @default without limit */
  readonly vcpuQuota?: number | undefined;
  /** How long a change of a task takes until callers see it. */
  readonly consistencyLagMs: number;
}

/** The one cluster: its task definitions, its tasks, and the lives of those that run. */
export class Cluster implements AsyncDisposable {
  readonly options: ClusterOptions;
  readonly definitions: TaskDefinitions;
  readonly tasks: Tasks;
  readonly #outbox: EventOutbox;
  readonly #lives = new Map<string, TaskLife>();
  readonly #surroundings: TaskSurroundings;

  /** Tasks of a run that was killed are written down as stopped, and every event that wasn't delivered is sent again. */
  constructor(options: ClusterOptions) {
    const { clock, folder, sessions, onEvent, eventFaults, consistencyLagMs } = options;
    this.options = options;
    this.definitions = new TaskDefinitions(join(folder, 'task-definitions'));
    this.tasks = new Tasks(join(folder, 'tasks'), clock, consistencyLagMs);
    this.#outbox = new EventOutbox({
      clock,
      onEvent,
      faults: eventFaults,
      onDelivered: ({ id, task }) => this.tasks.announced(id, task.version),
    });
    this.#surroundings = {
      ...options,
      current: (id) => this.#known(id).task,
      advance: (id, change) => this.#advance(id, change),
      amend: (id, change) => this.tasks.amend(id, change),
      onEnding: (id) => sessions.endMachine(id),
    };
    for (const record of this.tasks.all()) this.#takeUp(record);
  }

  /** Throws ClusterNotFoundException for the name of any other cluster. */
  checkCluster(name: string | undefined): void {
    if (lastPart(name ?? 'default') !== this.options.arns.clusterName) {
      throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
    }
  }

  /** By ARN or id, as callers see it. */
  findTask(name: string): TaskRecord | undefined {
    return this.tasks.findSeen(lastPart(name));
  }

  /** Begins a task's life; the record must be new. */
  launch(record: TaskRecord, definition: StoredDefinition): void {
    this.tasks.add(record);
    this.#outbox.send(record);
    const life = new TaskLife(record, definition, this.#surroundings);
    this.#lives.set(record.id, life);
    void life.ended.then(() => this.#lives.delete(record.id));
  }

  lifeOf(id: string): TaskLife | undefined {
    return this.#lives.get(id);
  }

  /** Stops every task, as a host that ends does, and delivers what is left to say of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    const lives = [...this.#lives.values()];
    for (const life of lives) life.stop(hostRetired);
    await Promise.all(lives.map((life) => life.ended));
    await this.#outbox[Symbol.asyncDispose]();
    this.tasks[Symbol.dispose]();
  }

  #advance(id: string, change: Partial<StoredTask>): void {
    const record = this.tasks.advance(id, change);
    if (record) this.#outbox.send(record);
  }

  #takeUp(record: TaskRecord): void {
    if (record.task.lastStatus !== 'STOPPED') this.#advance(record.id, this.#stopped(record.task, hostLost));
    else if (record.announcedVersion < record.task.version) this.#outbox.send(record);
  }

  #stopped(task: StoredTask, lost: StopCause): Partial<StoredTask> {
    const now = this.options.clock.now() / 1000;
    const { stopCode = lost.stopCode, stoppedReason = lost.stoppedReason, stoppingAt = now } = task;
    const [container] = task.containers;
    return {
      stopCode,
      stoppedReason,
      stoppingAt,
      stoppedAt: now,
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      containers: [{ ...container, lastStatus: 'STOPPED' }],
    };
  }

  #known(id: string): TaskRecord {
    const record = this.tasks.find(id);
    if (!record) throw new Error(`task ${id} is alive but not in the book`);
    return record;
  }
}
