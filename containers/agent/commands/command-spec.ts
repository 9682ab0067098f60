import type { CommandAudit } from '../../../contract/api/agent-reports.ts';
import type { LaunchOrder } from './launch/launch.ts';
import type { SessionTurn } from './sessions/sessions.ts';

/** A command with every choice made; see `prepareCommand`. */
export interface CommandSpec extends Pick<LaunchOrder, 'argv' | 'cwd' | 'env' | 'user' | 'tty' | 'stdin'> {
  readonly id: string;
  /** What was asked for, for lists; the arguments without it. */
  readonly text?: string;
  readonly keepsOutput?: boolean;
  /** Of the order. */
  readonly orderHash?: string;
  readonly session?: SessionTurn | undefined;
  /** Whether it tells the session's new state, on its first descriptor that is free. */
  readonly tellsState?: boolean;
  /** Null: it may run as long as the sandbox does. */
  readonly timeoutSeconds: number | null;
  /** Who runs it, where no function has seen that. */
  readonly audit?: CommandAudit | undefined;
}
