import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { ExecuteCommandCommand } from '@aws-sdk/client-ecs';
import { decodeMessage } from '../../channel/codec/message.ts';
import { acknowledgement } from '../../channel/sequence/acknowledgement.ts';
import type { ChannelService, Ran } from './channel-service.ts';

/** How long output was on its way, from its first byte on: what comes before it is the session's start. */
interface Carried extends Ran {
  readonly carriedMs: number;
}

/** A command as ECS Exec runs it by itself: a session for it alone, and its output as the terminal prints it. */
export async function runPlainly({ ecs, cluster, task }: ChannelService, command: string): Promise<Carried> {
  const since = performance.now();
  const { session } = await ecs.send(new ExecuteCommandCommand({ cluster, task, command, interactive: true }));
  const socket = new WebSocket(String(session?.streamUrl));
  socket.binaryType = 'arraybuffer';
  const seen = new Set<bigint>();
  let bytes = 0;
  let first: number | undefined;
  socket.addEventListener('open', () => socket.send(openFrame(String(session?.tokenValue))));
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const message = decodeMessage(new Uint8Array(data));
      if (message.messageType === 'channel_closed') resolve();
      if (message.messageType !== 'output_stream_data') return;
      first ??= performance.now();
      socket.send(acknowledgement(message, Date.now()) as Buffer<ArrayBuffer>);
      if (!seen.has(message.sequenceNumber)) bytes += message.payload.length;
      seen.add(message.sequenceNumber);
    });
  });
  await closed;
  const ended = performance.now();
  if (socket.readyState !== WebSocket.CLOSED) {
    const gone = once(socket, 'close');
    socket.close();
    await gone;
  }
  return { bytes, ms: ended - since, carriedMs: ended - (first ?? since) };
}

const openFrame = (token: string): string =>
  JSON.stringify({
    MessageSchemaVersion: '1.0',
    RequestId: randomUUID(),
    TokenValue: token,
    ClientId: randomUUID(),
    ClientVersion: '1.2.677.0',
  });
