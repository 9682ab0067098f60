import type { Connection } from '../../connection.ts';
import type { Arguments } from '../arguments/parse-arguments.ts';

/** One thing that operators can do. */
export interface AdminCommand {
  /** After its name. */
  readonly usage: string;
  readonly summary: string;
  /** How many words it takes, at least and at most. */
  readonly words: readonly [number, number];
  /** Resolves with the answer, for `--json`, and with the same in words. Throws UsageError, SandboxError. */
  run(call: AdminCall): Promise<{ readonly json: unknown; readonly text: string }>;
}

export interface AdminCall {
  readonly words: readonly string[];
  readonly args: Arguments;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}
