import type { Clock } from '../../../contract/clock.ts';
import type { Engine, Machine, MachineExit } from '../../engines/engine.ts';
import { logLines } from '../../lambda/log-lines.ts';
import type { Link } from '../../link/open-link.ts';
import type { StoredDefinition } from '../task-definitions/task-definitions.ts';
import { type MachineSettings, machineSpec } from './machine-spec.ts';
import { containerExited, exitOf, failedToStart, StartFailure, type StopCause, spotInterrupted } from './stop-cause.ts';
import { stopMachine } from './stop-machine.ts';
import type { TaskFaults } from './task-hazards.ts';
import type { StoredContainer, StoredTask, TaskRecord } from './task-record.ts';

/** What a life needs of the service around it. */
export interface TaskSurroundings {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly settings: MachineSettings;
  /** How long the exec agent of a new machine needs before sessions can be opened. */
  readonly execAgentStartMs: number;
  readonly faults: TaskFaults;
  /** `task` answers the task as it is when called. */
  openLink(id: string, definition: StoredDefinition, task: () => StoredTask): Promise<Link>;
  /** Gets each line a machine prints, with whoever its task was started by, or the task's id where nobody is named. */
  onLog(source: string, line: string, taskId: string): void;
  current(id: string): StoredTask;
  /** Writes a change of state down and sends its event. */
  advance(id: string, change: Partial<StoredTask>): void;
  /** Writes down a change without an event. */
  amend(id: string, change: Partial<StoredTask>): void;
  /** The machine is ending: nothing can be opened in it any more. */
  onEnding(taskId: string): void;
}

const defaultStopTimeoutSeconds = 30;

/** One task from PENDING to STOPPED. `ended` never rejects: whatever happens is a reason for STOPPED. */
export class TaskLife {
  readonly ended: Promise<void>;
  readonly #id: string;
  readonly #definition: StoredDefinition;
  readonly #around: TaskSurroundings;
  readonly #stopAsked = Promise.withResolvers<void>();
  #cause: StopCause | undefined;
  #machine: Machine | undefined;

  constructor(record: TaskRecord, definition: StoredDefinition, around: TaskSurroundings) {
    this.#id = record.id;
    this.#definition = definition;
    this.#around = around;
    this.ended = this.#live(record);
  }

  /** The machine, once its exec agent can open sessions in it and until it is ending. */
  get execMachine(): Machine | undefined {
    const { desiredStatus, lastStatus, containers } = this.#around.current(this.#id);
    const connected = containers[0].managedAgents?.[0]?.lastStatus === 'RUNNING';
    return connected && lastStatus === 'RUNNING' && desiredStatus === 'RUNNING' ? this.#machine : undefined;
  }

  /** The first cause counts; later ones change nothing. */
  stop(cause: StopCause): void {
    if (this.#cause) return;
    this.#cause = cause;
    const { lastStatus } = this.#around.current(this.#id);
    this.#advance({
      ...cause,
      desiredStatus: 'STOPPED',
      stoppingAt: this.#seconds(),
      ...(lastStatus === 'RUNNING' ? { lastStatus: 'DEACTIVATING' } : {}),
    });
    this.#stopAsked.resolve();
  }

  /** Says that the task's capacity goes. It counts as running until its container has ended. */
  #interrupt(): void {
    if (this.#cause) return;
    this.#cause = spotInterrupted;
    this.#advance({ ...spotInterrupted, desiredStatus: 'STOPPED', stoppingAt: this.#seconds() });
    this.#stopAsked.resolve();
  }

  async #live(record: TaskRecord): Promise<void> {
    let left: Pick<StoredContainer, 'exitCode' | 'reason'> = {};
    try {
      const pullAt = this.#seconds();
      this.#advance({ lastStatus: 'PENDING', pullStartedAt: pullAt, pullStoppedAt: pullAt });
      const failure = this.#around.faults.startFailure();
      if (failure !== undefined) throw new StartFailure(failure);
      await using link = await this.#around.openLink(this.#id, this.#definition, () => this.#around.current(this.#id));
      left = exitOf(await this.#run(record, link));
      this.#cause ??= containerExited;
      this.#advance({ ...this.#ending('DEPROVISIONING'), ...this.#container({ ...left, lastStatus: 'STOPPED' }) });
    } catch (error) {
      const failure = failedToStart(error);
      this.#cause ??= failure;
      left = { reason: failure.stoppedReason };
    }
    this.#advance({
      ...this.#ending('STOPPED'),
      ...this.#container({ ...left, lastStatus: 'STOPPED' }),
      stoppedAt: this.#seconds(),
    });
  }

  async #run(record: TaskRecord, link: Link): Promise<MachineExit> {
    const { engine, settings, clock, onLog, onEnding } = this.#around;
    const spec = machineSpec(record, this.#definition, settings, link);
    const lines = logLines((line) => onLog(record.task.startedBy ?? this.#id, line, this.#id));
    const machine = await engine.start({ ...spec, onLog: lines.push });
    this.#machine = machine;
    if (!this.#cause) this.#running();
    using _agent = clock.after(this.#around.execAgentStartMs, () => this.#setManagedAgent('RUNNING'));
    using _notice = this.#awaitNotice(record);
    await Promise.race([machine.exited, this.#stopAsked.promise]);
    onEnding(this.#id);
    if (this.#cause) {
      if (this.#cause !== spotInterrupted) this.#advance({ lastStatus: 'STOPPING' });
      const [container] = this.#definition.containerDefinitions ?? [];
      await stopMachine(machine, (container?.stopTimeout ?? defaultStopTimeoutSeconds) * 1000, clock);
    }
    const exit = await machine.exited;
    lines.end();
    return exit;
  }

  #awaitNotice({ task }: TaskRecord): Disposable | undefined {
    const { clock, faults } = this.#around;
    const afterMs = faults.spotNoticeMs(task.capacityProviderName === 'FARGATE_SPOT');
    return afterMs === undefined ? undefined : clock.after(afterMs, () => this.#interrupt());
  }

  #running(): void {
    const now = this.#seconds();
    this.#advance({
      lastStatus: 'RUNNING',
      startedAt: now,
      connectivity: 'CONNECTED',
      connectivityAt: now,
      ...this.#container({ lastStatus: 'RUNNING' }),
    });
  }

  #setManagedAgent(lastStatus: string): void {
    if (!this.#around.current(this.#id).enableExecuteCommand) return;
    const agent = { name: 'ExecuteCommandAgent', lastStatus, lastStartedAt: this.#seconds() } as const;
    this.#around.amend(this.#id, this.#container({ managedAgents: [agent] }));
  }

  #ending(lastStatus: 'DEPROVISIONING' | 'STOPPED'): Partial<StoredTask> {
    const { stoppingAt = this.#seconds() } = this.#around.current(this.#id);
    return { ...this.#cause, lastStatus, desiredStatus: 'STOPPED', stoppingAt, executionStoppedAt: this.#seconds() };
  }

  #container(change: Partial<StoredContainer>): Pick<StoredTask, 'containers'> {
    const [container] = this.#around.current(this.#id).containers;
    return { containers: [{ ...container, ...change }] };
  }

  #advance(change: Partial<StoredTask>): void {
    this.#around.advance(this.#id, change);
  }

  #seconds(): number {
    return this.#around.clock.now() / 1000;
  }
}
