import type { TaskReport } from '../sandboxes/life/settle-task.ts';
import type { SandboxRecord } from '../sandboxes/record.ts';

/** A task as ECS describes it. */
export interface SeenTask extends TaskReport {
  readonly createdAtMs: number;
}

/** Tasks of the one cluster. ECS forgets a task about an hour after its end, and shows a new one a moment late. */
export interface TaskLookups {
  /** Those of these (at most `accountLimits.tasksPerRead`) that are there. */
  describe(arns: readonly string[]): Promise<readonly SeenTask[]>;
  /** Every task that was launched for this sandbox, whether it runs or has stopped. */
  startedBy(sandboxId: string): Promise<readonly string[]>;
  /** Some that nobody stops; `next` leads on, undefined at the end. A cursor that has grown too old starts again. */
  running(after: string | undefined): Promise<{ readonly arns: readonly string[]; readonly next: string | undefined }>;
}

export interface DuePage {
  readonly records: readonly SandboxRecord[];
  readonly next: string | undefined;
}

/** Records by when they are due. They may lag a moment behind: whoever acts on one reads it again. */
export interface DueRecords {
  /** Those that are due, the longest due first within each page. */
  due(untilMs: number): AsyncIterable<readonly SandboxRecord[]>;
  /** A page of all that have not ended, in an order of its own; `next` leads on, undefined at the end. */
  live(after: string | undefined): Promise<DuePage>;
}

/** How far slow walks have come. */
export interface Cursors {
  read(name: string): Promise<string | undefined>;
  write(name: string, at: string | undefined): Promise<void>;
}
