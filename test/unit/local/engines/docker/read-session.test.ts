import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { readSession } from '../../../../../local/engines/docker/api/read-session.ts';

/** A wire on which these pieces come, one after another, and then its end. */
function wireOf(...pieces: string[]): Duplex {
  const wire = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  void (async () => {
    for (const piece of pieces) {
      await new Promise((resolve) => setImmediate(resolve));
      wire.push(piece);
    }
    wire.push(null);
  })();
  return wire;
}

async function restOf(wire: Duplex): Promise<string> {
  let text = '';
  for await (const chunk of wire) text += chunk;
  return text;
}

test.each([[['session 42\r\nhello']], [['sess', 'ion 42\r', '\nhel', 'lo']], [['session 42\n', 'hello']]])(
  'the first line is taken out of %j and the rest is left',
  async (pieces) => {
    const wire = wireOf(...pieces);
    expect(await readSession(wire)).toBe('42');
    expect(await restOf(wire)).toBe('hello');
  },
);

test.each([['OCI runtime exec failed\r\n'], ['session -1\n'], ['session 1; rm\n'], ['x'.repeat(200)], ['']])(
  'a terminal that says %j has no session, and nothing of it is lost',
  async (text) => {
    const wire = wireOf(text);
    expect(await readSession(wire)).toBeUndefined();
    expect(await restOf(wire)).toBe(text);
  },
);
