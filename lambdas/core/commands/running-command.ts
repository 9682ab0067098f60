import { posix } from 'node:path';
import type { StartCommand } from '../../../contract/agent/commands.ts';
import type { CommandOutcome, Outcome } from '../../../contract/api/command-result.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { CommandEvent } from '../ports.ts';
import { homePath } from '../sandboxes/home.ts';
import type { ReadyRecord } from '../sandboxes/record.ts';
import { isoTime } from '../time.ts';

/** A command that the agent has, and how its events come. */
export interface RunningCommand {
  readonly record: ReadyRecord;
  readonly order: StartCommand;
  readonly events: AsyncIterable<CommandEvent>;
  readonly startedAtMs: number;
  /** When the caller stops waiting. */
  readonly waitUntilMs: number;
  /** Lets go of the events; the command goes on. */
  readonly letGo: () => void;
}

/** What is known of a command that its agent has not said the end of. */
export function withoutEnd(
  run: RunningCommand,
  clock: Clock,
  outcome: Extract<Outcome, 'running' | 'lost'>,
  seen: { readonly stdout: number; readonly stderr: number },
): CommandOutcome {
  return {
    command_id: run.order.command_id,
    outcome,
    exit_code: null,
    signal: null,
    stdout_bytes: seen.stdout,
    stderr_bytes: seen.stderr,
    cwd: posix.resolve(homePath, run.order.cwd ?? '.'),
    started_at: isoTime(run.startedAtMs),
    duration_ms: Math.max(0, clock.now() - run.startedAtMs),
  };
}
