import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import type { CommandPlace } from '../../../contract/api/commands/command-cursor.ts';
import type { CommandOutcome } from '../../../contract/api/commands/command-result.ts';
import type { Claim } from '../claim.ts';

/** What the table keeps of a command for lists. */
export type KeptCommand = CommandOutcome & Pick<OutcomeReport, 'tty' | 'session' | 'user'>;

export interface CommandRecords {
  /** Takes a key for a command; the id of whoever took it first, and the hash of that request. */
  claim(claim: Claim, commandId: string): Promise<{ readonly id: string; readonly hash: string }>;
  outcomeOf(sandboxId: string, commandId: string): Promise<OutcomeReport | undefined>;
  /** Keeps until `until` (epoch seconds) that a command was started, unless its end has been reported already. */
  addStarted(sandboxId: string, started: KeptCommand, until: number): Promise<void>;
  /** A command as it was when it had started; undefined where nobody kept that, or its end is known. */
  startedOf(sandboxId: string, commandId: string): Promise<KeptCommand | undefined>;
  /** A page of what is kept, newest first, after that place: as commands ended, or as they had started where nobody told their end. */
  list(
    sandboxId: string,
    page: { readonly limit: number; readonly after: CommandPlace | undefined },
  ): Promise<{ readonly commands: readonly KeptCommand[]; readonly isLast: boolean }>;
}
