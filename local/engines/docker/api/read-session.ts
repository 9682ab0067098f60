import { once } from 'node:events';
import type { Duplex } from 'node:stream';

const longestLine = 64;

/**
 * Reads the first line of a terminal, which scripts/open-terminal.sh prints, and puts back what follows. Answers the
 * session's id; undefined when the terminal says something else or nothing, as it does where no program could start.
 */
export async function readSession(wire: Duplex): Promise<string | undefined> {
  let line = Buffer.alloc(0);
  while (!line.includes('\n') && line.length < longestLine) {
    const chunk: Buffer | null = wire.read();
    if (chunk) line = Buffer.concat([line, chunk]);
    else if (wire.readableEnded || wire.destroyed) break;
    else await Promise.race([once(wire, 'readable'), once(wire, 'end'), once(wire, 'close')]);
  }
  const found = /^session ([1-9]\d{0,9})\r?\n/.exec(line.subarray(0, longestLine).toString('latin1'));
  const rest = line.subarray(found ? found[0].length : 0);
  if (rest.length > 0) wire.unshift(rest);
  return found?.[1];
}
