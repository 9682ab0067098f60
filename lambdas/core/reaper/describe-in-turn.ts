import type { Clock } from '../../../contract/clock.ts';
import { type SandboxRecord, type Task, taskOf } from '../sandboxes/record.ts';
import type { Pace } from './pace.ts';
import type { SeenTask, TaskLookups } from './ports.ts';

interface Ports {
  readonly lookups: Pick<TaskLookups, 'describe'>;
  readonly reads: Pace;
  readonly clock: Clock;
}

/** What was seen of some tasks at one moment. */
export interface Seen {
  /** `gone`: ECS no longer knows it. Undefined when that says nothing: ECS may not know it yet. */
  of(task: Task): SeenTask | 'gone' | undefined;
}

// ECS shows a new task a moment late.
const visibleAfterMs = 120_000;

/** Looks at the tasks of these records (as many as one look takes) when it is its turn. */
export async function describeInTurn(
  { lookups, reads, clock }: Ports,
  records: readonly SandboxRecord[],
): Promise<Seen> {
  const arns = records.flatMap((record) => taskOf(record)?.arn ?? []);
  const atMs = clock.now();
  if (arns.length > 0) await reads();
  const tasks = arns.length > 0 ? await lookups.describe(arns) : [];
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return {
    of: (task) => byId.get(task.id) ?? (Date.parse(task.launched_at) + visibleAfterMs < atMs ? 'gone' : undefined),
  };
}
