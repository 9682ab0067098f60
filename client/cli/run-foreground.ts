import { limits } from '../../contract/api/limits.ts';
import type { Commands, RunOptions } from '../commands/commands.ts';
import { exitCodeOf } from './exit-code.ts';
import { Interruption, type Terminal } from './interact/terminal.ts';
import { explainEnding } from './output/explain-ending.ts';
import { resultJson } from './output/result-json.ts';

/** A command as the flags say it. */
export interface CommandLine {
  readonly command: string | readonly string[];
  readonly settings: RunOptions;
}

interface Foreground {
  /** Of the sandbox. */
  readonly id: string;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** A result's limit on what is kept: nothing where everything is written out as it comes. */
const keptBytes = (json: boolean) => (json ? limits.maxOutputBytes.max : 0);

/** Runs a command, writes its output as it comes, or its result as JSON, and gives its exit code. */
export async function runForeground(
  commands: Commands,
  { command, settings }: CommandLine,
  { id, json, terminal }: Foreground,
): Promise<number> {
  let started = '';
  const listeners = {
    onStdout: (bytes: Uint8Array) => terminal.write('stdout', bytes),
    onStderr: (bytes: Uint8Array) => terminal.write('stderr', bytes),
  };
  try {
    const result = await commands.run(command, {
      ...settings,
      encoding: 'bytes',
      signal: terminal.ending,
      maxOutputBytes: keptBytes(json),
      onStarted: (commandId) => {
        started = commandId;
      },
      ...(json ? {} : listeners),
    });
    if (json) await terminal.print(JSON.stringify(resultJson(result)));
    else await explainEnding(result, terminal);
    return exitCodeOf(result);
  } catch (error) {
    if (error instanceof Interruption && started) {
      await terminal.say(`matrx: ${started} goes on in ${id} until its time-out`);
    }
    throw error;
  }
}
