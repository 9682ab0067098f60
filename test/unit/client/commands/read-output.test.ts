import { expect, test } from 'vitest';
import { type OutputPiece, readOutput } from '../../../../client/commands/output/read-output.ts';
import { autoTransport } from '../../../../client/commands/transport/auto-transport.ts';
import { ChannelRest } from '../../../../client/commands/transport/channel-rest.ts';
import { httpTransport } from '../../../../client/commands/transport/http-transport.ts';
import { openConnection } from '../../../../client/connection.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import { commandId, sandboxId } from '../../../support/fakes/misbehaving-service.ts';

const piece = (offset: number, text: string) => ({ event: 'stdout', offset, bytes: Buffer.from(text) }) as const;

test('output that is read now comes once, also where the channel breaks in its middle', async () => {
  const connection = await openConnection({ url: 'http://127.0.0.1:1', credentials: { token: 't' } });
  const other = httpTransport(connection);
  const channel = {
    ...other,
    async *read() {
      yield piece(0, 'one ');
      throw new SandboxError('connection_lost', 'broke');
    },
  };
  const http = {
    ...other,
    async *read() {
      yield piece(0, 'one two ');
      yield piece(8, 'three');
    },
  };
  const transport = autoTransport({ channel, http, rest: new ChannelRest(connection.clock) });
  const pieces: OutputPiece[] = [];
  for await (const read of readOutput({ connection, transport, sandboxId }, commandId, { follow: false })) {
    pieces.push(read);
  }
  expect(pieces.map(({ offset, bytes }) => [offset, Buffer.from(bytes).toString()])).toEqual([
    [0, 'one '],
    [4, 'two '],
    [8, 'three'],
  ]);
});
