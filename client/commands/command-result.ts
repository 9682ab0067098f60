import type { CommandOutcome, Outcome } from '../../contract/api/commands/command-result.ts';
import type { KeptOutput } from './output/kept-output.ts';

/** How a command ended and what it printed. A command that fails is a result, not an error. */
export interface CommandResult<Output = string> {
  readonly commandId: string;
  /** `running` only when a `waitMs` ran out. */
  readonly outcome: Outcome;
  /** Null unless it exited by itself. */
  readonly exitCode: number | null;
  /** What ended it, as `SIGKILL`. */
  readonly signal: string | null;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Produced, which may be more than is kept here. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** Some of the output is not in this result. */
  readonly truncated: boolean;
  readonly cwd: string;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** Whether the command did what it was asked: it exited, with 0. */
export const succeeded = ({ outcome, exitCode }: Pick<CommandResult, 'outcome' | 'exitCode'>): boolean =>
  outcome === 'exited' && exitCode === 0;

/** The outcome with what was kept of its output, in the library’s names. */
export function toCommandResult<Output>(
  outcome: CommandOutcome,
  kept: { stdout: KeptOutput; stderr: KeptOutput },
  read: (output: KeptOutput) => Output,
): CommandResult<Output> {
  return {
    commandId: outcome.command_id,
    outcome: outcome.outcome,
    exitCode: outcome.exit_code,
    signal: outcome.signal,
    stdout: read(kept.stdout),
    stderr: read(kept.stderr),
    stdoutBytes: outcome.stdout_bytes,
    stderrBytes: outcome.stderr_bytes,
    truncated: kept.stdout.cut || kept.stderr.cut,
    cwd: outcome.cwd,
    startedAt: new Date(outcome.started_at),
    durationMs: outcome.duration_ms,
  };
}
