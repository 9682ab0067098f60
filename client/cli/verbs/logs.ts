import { openConnection } from '../../connection.ts';
import { readLog } from '../../logs/read-log.ts';
import { oneSandboxId } from '../sandbox-id.ts';
import { printable } from '../table.ts';
import { connectionOptions, type Verb } from '../verb.ts';

export const logs: Verb = {
  name: 'logs',
  usage: '<id> [flags]',
  summary: 'show what the agent of a sandbox has logged, also after its end',
  flags: { follow: { short: 'f', help: 'go on with new lines until the sandbox has ended' } },
  async run(args, terminal) {
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
