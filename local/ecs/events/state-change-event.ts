import { randomUUID } from 'node:crypto';
import type { StoredTask } from '../tasks/task-record.ts';

/** The times of a task that DescribeTasks gives in seconds and events as ISO 8601. */
const timeFields = [
  'createdAt',
  'startedAt',
  'stoppingAt',
  'stoppedAt',
  'executionStoppedAt',
  'pullStartedAt',
  'pullStoppedAt',
  'connectivityAt',
] as const;

type TimeField = (typeof timeFields)[number];

/** What EventBridge hands to a rule's target when a task changes. */
export interface TaskStateChange {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'ECS Task State Change';
  readonly source: 'aws.ecs';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  /** As DescribeTasks, without tags; `version` orders the events of one task. */
  readonly detail: Omit<StoredTask, TimeField | 'tags'> & { readonly updatedAt: string } & {
    readonly [Field in TimeField]?: string;
  };
}

/** The event of a task as it is now; `nowMs` is when it happened. */
export function stateChangeEvent(task: StoredTask, nowMs: number): TaskStateChange {
  const [, , , region = '', account = ''] = task.taskArn.split(':');
  const time = new Date(nowMs).toISOString();
  const { tags: _, ...detail } = task;
  const times = timeFields.flatMap((field) => {
    const seconds = task[field];
    return seconds === undefined ? [] : [[field, new Date(Math.round(seconds * 1000)).toISOString()]];
  });
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account,
    time,
    region,
    resources: [task.taskArn],
    detail: { ...detail, ...Object.fromEntries(times), updatedAt: time },
  };
}
