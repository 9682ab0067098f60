import type { Status, StopReason } from '../../../contract/api/sandboxes/sandbox-record.ts';

/** A sandbox went from one state to another. */
export interface Transition {
  readonly sandbox_id: string;
  readonly user_id: string;
  /** null = it has just been created. */
  readonly from: Status | null;
  readonly to: Status;
  readonly stop_reason: StopReason | null;
  readonly at: string;
}

/** Tells whoever listens of a transition, once it is written. Rejects when it can't; nothing depends on it. */
export type Announce = (transition: Transition) => Promise<void>;
