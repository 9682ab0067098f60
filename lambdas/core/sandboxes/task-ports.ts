import type { StopReason } from '../../../contract/api/sandboxes/sandbox-record.ts';
import type { Task } from './record.ts';

export interface Launch {
  readonly sandboxId: string;
  /** The same token never launches twice. */
  readonly token: string;
  /** From 1; a later one goes to other subnets or capacity. */
  readonly attempt: number;
  readonly template: string;
  readonly cpu: number;
  readonly memoryMb: number;
  readonly diskGb: number;
}

/** `nextAttempt`: it was refused for want of room, and that attempt has other subnets or another capacity to try. */
export type Launched =
  | { readonly kind: 'accepted'; readonly task: Pick<Task, 'arn' | 'id'> }
  | {
      readonly kind: 'refused';
      readonly reason: StopReason;
      readonly detail: string;
      readonly nextAttempt: number | undefined;
    };

export interface Tasks {
  /** Definite answers only; throws `unavailable` when nobody knows whether a task was launched. */
  launch(launch: Launch): Promise<Launched>;
  /** `absent`: there is no such task. Harmless to repeat. */
  stop(arn: string, why: string): Promise<'stopping' | 'absent'>;
  check(): Promise<void>;
}
