import type { Container, Task } from '@aws-sdk/client-ecs';
import type { Wire } from '../../aws/wire.ts';

/** The order of a task's life; a task without a load balancer never activates. */
type TaskStatus = 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'DEPROVISIONING' | 'STOPPED';

type Known<T, Key extends keyof T> = T & { readonly [K in Key]-?: NonNullable<T[K]> };

export type StoredContainer = Known<Wire<Container>, 'name' | 'containerArn' | 'runtimeId'>;

/** A task as DescribeTasks answers it, with what is always there said to be. Times are epoch seconds. */
export type StoredTask = Omit<
  Known<Wire<Task>, 'taskArn' | 'clusterArn' | 'taskDefinitionArn' | 'createdAt' | 'version' | 'overrides'>,
  'lastStatus' | 'desiredStatus' | 'containers'
> & {
  readonly lastStatus: TaskStatus;
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
  /** One: the tasks here have no sidecars. */
  readonly containers: [StoredContainer];
};

/** What is kept of a task: itself, the request it came from, and how far its events have been heard. */
export interface TaskRecord {
  readonly id: string;
  readonly task: StoredTask;
  /** RunTask's client token and a hash of all its parameters. */
  readonly request?: { readonly clientToken: string; readonly hash: string };
  /** The version of the last event that was delivered; 0 before the first. */
  readonly announcedVersion: number;
}
