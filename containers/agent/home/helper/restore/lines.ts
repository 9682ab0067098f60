import { Buffer } from 'node:buffer';
import type { Call } from '../../../files/helper/call.ts';
import type { EntryLine } from '../../wire/home-operations.ts';

const newline = 0x0a;

/** What the agent sends, a JSON object a line. */
export async function* lines(call: Call): AsyncGenerator<EntryLine> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of call.received()) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline, from)) {
      yield JSON.parse(rest.toString('utf8', from, end)) as EntryLine;
      from = end + 1;
    }
    rest = rest.subarray(from);
  }
}
