import { signals } from '../../../contract/api/commands/command-control.ts';
import { Commands } from '../../commands/commands.ts';
import { openConnection } from '../../connection.ts';
import { parseDuration } from '../arguments/duration.ts';
import { oneOf } from '../arguments/one-of.ts';
import { commandIds } from '../arguments/sandbox-id.ts';
import { connectionOptions, type Verb } from '../verb.ts';

/** `INT`, `int` and `SIGINT` are one. */
const fullName = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : `SIG${text.toUpperCase().replace(/^SIG/, '')}`;

export const kill: Verb = {
  name: 'kill',
  usage: '<id> <command id> [flags]',
  summary: 'end a command and all it has started, or send it a signal',
  flags: {
    signal: { short: 's', value: 'name', help: `${signals.join(', ')} (SIGTERM, and SIGKILL 2 s later)` },
    after: { value: 'time', help: 'then SIGKILL to all that is left: 5s, 1m' },
  },
  async run(args, terminal) {
    const { sandboxId, commandId } = commandIds(args);
    const name = oneOf('signal', fullName(args.text('signal')), signals);
    const after = parseDuration('after', args.text('after'));
    const options = connectionOptions(args, terminal);
    const { signal } = options;
    const handle = await new Commands(await openConnection(options), sandboxId).get(commandId, { signal });
    if (name === undefined) await handle.kill({ signal, graceMs: after });
    else await handle.signal(name, { signal, escalateAfterMs: after });
    if (args.on('json')) await terminal.print(JSON.stringify(handle));
    return 0;
  },
};
