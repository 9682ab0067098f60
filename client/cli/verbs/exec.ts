import { limits } from '../../../contract/api/limits.ts';
import { describeEnding } from '../../commands/command-error.ts';
import type { CommandResult } from '../../commands/command-result.ts';
import { Commands } from '../../commands/commands.ts';
import { openConnection } from '../../connection.ts';
import { parseDuration } from '../arguments/duration.ts';
import { parseKeyValues } from '../arguments/key-values.ts';
import type { Arguments } from '../arguments/parse-arguments.ts';
import { exitCodeOf, noOutcome } from '../exit-code.ts';
import { readStdin } from '../read-stdin.ts';
import { resultJson } from '../result-json.ts';
import { oneSandboxId } from '../sandbox-id.ts';
import { Interruption, type Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

function commandOf(args: Arguments): string | readonly string[] {
  const [script, argv] = [args.text('command'), args.command];
  if (script !== undefined && argv !== undefined) throw new UsageError('expected one of -c and a command after --');
  if (script !== undefined) return script;
  if (argv === undefined || argv.length === 0) {
    throw new UsageError('expected a command: matrx exec <id> -- npm test, or -c "npm test | tail"');
  }
  return argv;
}

/** Says on stderr what an exit code alone would not. */
async function explain(result: CommandResult<unknown>, terminal: Terminal): Promise<void> {
  if (result.outcome !== 'exited' && result.outcome !== 'signaled') {
    await terminal.say(`matrx: the command ${describeEnding(result)} after ${result.durationMs} ms`);
  }
}

/** A result's limit on what is kept: nothing where everything is written out as it comes. */
const keptBytes = (json: boolean) => (json ? limits.maxOutputBytes.max : 0);

export const exec: Verb = {
  name: 'exec',
  usage: '<id> [flags] -- <program> [arguments]',
  summary: 'run a command in a sandbox; its output and exit code are yours',
  flags: {
    command: { short: 'c', value: 'script', help: 'run by bash -lc, in the place of a program after --' },
    cwd: { value: 'path', help: 'where it runs; relative to the home (the home)' },
    env: { value: 'NAME=VALUE', multiple: true, help: 'repeatable' },
    timeout: { value: 'time', help: 'ends it then: 90s, 15m, 2h (60s)' },
    stdin: { help: 'give it the standard input, at most 1 MB (nothing)' },
  },
  notes: [
    'Exit code: the command’s own; 128 + n when signal n ended it; 124 when its time ran out; 137 when memory did;',
    `${noOutcome} when it was killed or lost, or the service failed. Ctrl-C stops waiting, not the command.`,
  ],
  failure: noOutcome,
  async run(args, terminal) {
    const id = oneSandboxId(args);
    const command = commandOf(args);
    const json = args.on('json');
    const options = connectionOptions(args, terminal);
    const timeoutMs = parseDuration('timeout', args.text('timeout'));
    const env = parseKeyValues('env', args.all('env'));
    const commands = new Commands(await openConnection(options), id);
    let started = '';
    try {
      const result = await commands.run(command, {
        encoding: 'bytes',
        signal: options.signal,
        cwd: args.text('cwd'),
        env,
        timeoutMs,
        stdin: args.on('stdin') ? await readStdin(terminal.stdin) : undefined,
        maxOutputBytes: keptBytes(json),
        onStarted: (commandId) => {
          started = commandId;
        },
        ...(json
          ? {}
          : {
              onStdout: (bytes) => terminal.write('stdout', bytes),
              onStderr: (bytes) => terminal.write('stderr', bytes),
            }),
      });
      if (json) await terminal.print(JSON.stringify(resultJson(result)));
      else await explain(result, terminal);
      return exitCodeOf(result);
    } catch (error) {
      if (error instanceof Interruption && started) {
        await terminal.say(`matrx: ${started} goes on in ${id} until its time-out`);
      }
      throw error;
    }
  },
};
