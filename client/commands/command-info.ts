import type { CommandInfo as WireInfo } from '../../contract/api/commands/command-info.ts';
import type { Outcome } from '../../contract/api/commands/command-result.ts';

/** A command as it was when last read. */
export interface CommandInfo {
  readonly commandId: string;
  /** `running` until it has ended. */
  readonly outcome: Outcome;
  /** Null unless it exited by itself. */
  readonly exitCode: number | null;
  /** What ended it, as `SIGKILL`. */
  readonly signal: string | null;
  /** Its first characters; null once the sandbox has ended. */
  readonly command: string | null;
  readonly tty: boolean;
  readonly session: string | null;
  readonly user: 'agent' | 'root';
  readonly cwd: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** Produced, which may be more than is kept. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** Offset of the first byte that is still kept. */
  readonly stdoutFirstAvailable: number;
  readonly stderrFirstAvailable: number;
}

/** What the API says of a command, in the library’s names. */
export const toCommandInfo = (info: WireInfo): CommandInfo => ({
  commandId: info.command_id,
  outcome: info.outcome,
  exitCode: info.exit_code,
  signal: info.signal,
  command: info.command,
  tty: info.tty,
  session: info.session,
  user: info.user,
  cwd: info.cwd,
  startedAt: new Date(info.started_at),
  durationMs: info.duration_ms,
  stdoutBytes: info.stdout_bytes,
  stderrBytes: info.stderr_bytes,
  stdoutFirstAvailable: info.stdout_first_available,
  stderrFirstAvailable: info.stderr_first_available,
});
