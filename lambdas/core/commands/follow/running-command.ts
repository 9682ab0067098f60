import type { CommandEvent } from '../../../../contract/agent/command-frames.ts';
import type { CommandOutcome, Outcome } from '../../../../contract/api/commands/command-result.ts';
import type { Clock } from '../../../../contract/clock.ts';

/** How far each stream has been seen. */
export interface Seen {
  readonly stdout: number;
  readonly stderr: number;
}

/** A command that the agent has, and how its events come. */
export interface RunningCommand {
  readonly sandboxId: string;
  readonly command: Pick<CommandOutcome, 'command_id' | 'cwd' | 'started_at'>;
  readonly events: AsyncIterable<CommandEvent>;
  /** Where the events begin. */
  readonly from: Seen;
  /** When the caller stops waiting. */
  readonly waitUntilMs: number;
  /** Lets go of the events; the command goes on. */
  readonly letGo: () => void;
}

/** What is known of a command that its agent has not said the end of; its bytes are where to read on. */
export function withoutEnd(
  { command }: RunningCommand,
  clock: Clock,
  outcome: Extract<Outcome, 'running' | 'lost'>,
  seen: Seen,
): CommandOutcome {
  return {
    command_id: command.command_id,
    outcome,
    exit_code: null,
    signal: null,
    stdout_bytes: seen.stdout,
    stderr_bytes: seen.stderr,
    cwd: command.cwd,
    started_at: command.started_at,
    duration_ms: Math.max(0, clock.now() - Date.parse(command.started_at)),
  };
}
