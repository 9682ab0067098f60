import { openConnection } from '../../connection.ts';
import { readLog } from '../../logs/read-log.ts';
import { oneSandboxId } from '../arguments/sandbox-id.ts';
import { printOutput } from '../output/print-output.ts';
import { printable } from '../output/table.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

export const logs: Verb = {
  name: 'logs',
  usage: '<id> [command id] [flags]',
  summary: 'show the output of a command, or what the agent of a sandbox has logged; also after its end',
  flags: {
    follow: { short: 'f', help: 'go on with what is new, until the command or the sandbox has ended' },
    stream: { value: 'name', help: 'of a command: stdout or stderr alone (both)' },
    offset: { value: 'byte', help: 'of a command: from there on, in that stream or in stdout (0)' },
  },
  async run(args, terminal) {
    if (args.positionals.length > 1) return printOutput(args, terminal);
    const forCommand = ['stream', 'offset'].find((flag) => args.on(flag));
    if (forCommand) throw new UsageError(`--${forCommand} is of a command: matrx logs <id> <command id>`);
    const options = connectionOptions(args, terminal);
    const { signal } = options;
    const follow = args.on('follow');
    const connection = await openConnection(options);
    for await (const line of readLog(connection, oneSandboxId(args), { follow, signal })) {
      const text = `${line.time.toISOString()}  ${printable(line.message)}${line.truncated ? '…' : ''}`;
      await terminal.print(args.on('json') ? JSON.stringify(line) : text);
    }
    return 0;
  },
};
