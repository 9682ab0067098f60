import { type ExitCode, exitCodes } from '../../../contract/agent/exit-codes.ts';
import type { StopReason } from '../../../contract/api/sandboxes/sandbox-record.ts';

/** Why and how a sandbox ends. */
export interface Ending {
  readonly reason: StopReason;
  /** In words, for people; at most 4,096 characters. */
  readonly detail: string | null;
  /** `now` leaves commands no time of their own. */
  readonly pace: 'graceful' | 'now';
  readonly exitCode: ExitCode;
}

/** An ending that is no fault. */
export const ordinary = (reason: StopReason, pace: Ending['pace'] = 'graceful'): Ending => ({
  reason,
  detail: null,
  pace,
  exitCode: exitCodes.ended,
});
