import { Commands } from '../../commands/commands.ts';
import { openConnection } from '../../connection.ts';
import { oneOf } from '../arguments/one-of.ts';
import type { Arguments } from '../arguments/parse-arguments.ts';
import { commandIds } from '../arguments/sandbox-id.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import type { Terminal } from '../interact/terminal.ts';
import { connectionOptions } from '../verb.ts';
import { encodeText } from './result-json.ts';

/** Writes the output of a command, each stream where it belongs; with `--json` piece by piece as the API's events. */
export async function printOutput(args: Arguments, terminal: Terminal): Promise<number> {
  const { sandboxId, commandId } = commandIds(args);
  const options = connectionOptions(args, terminal);
  const { signal } = options;
  const stream = oneOf('stream', args.text('stream'), ['stdout', 'stderr'] as const);
  const offset = wholeNumber('offset', args.text('offset'));
  const handle = await new Commands(await openConnection(options), sandboxId).get(commandId, { signal });
  for await (const piece of handle.output({ stream, offset, follow: args.on('follow'), signal })) {
    if (args.on('json')) {
      const { text, encoding } = encodeText(piece.bytes);
      await terminal.print(JSON.stringify({ event: piece.stream, offset: piece.offset, data: text, encoding }));
    } else await terminal.write(piece.stream, piece.bytes);
  }
  return 0;
}
