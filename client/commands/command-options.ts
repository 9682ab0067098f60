import type { OptionNames } from '../known-options.ts';
import type { CommandSettings } from './command-settings.ts';
import type { RunOptions, StartOptions } from './commands.ts';
import type { ResultEncoding } from './output/collect-result.ts';

const settings = {
  cwd: true,
  env: true,
  session: true,
  tty: true,
  user: true,
  keepOutput: true,
  idempotencyKey: true,
} as const satisfies OptionNames<CommandSettings>;

/** The options of `commands.start`. */
export const startOptions: OptionNames<StartOptions> = { ...settings, stdin: true, timeoutMs: true, signal: true };

/** The options of `commands.run`. */
export const runOptions: OptionNames<RunOptions & ResultEncoding> = {
  ...startOptions,
  waitMs: true,
  encoding: true,
  maxOutputBytes: true,
  onStarted: true,
  onStdout: true,
  onStderr: true,
  check: true,
};
