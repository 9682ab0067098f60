import { Readable } from 'node:stream';
import { bytesType } from '../../../contract/api/files/file-bytes.ts';
import type { RouteName } from '../../../contract/api/routes.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Answer, BytesAnswer } from '../../core/operation.ts';
import { writeAccess } from '../access-log.ts';
import type { Exchange } from '../exchange.ts';
import { eventStream, patientJson } from '../request/body-forms.ts';
import type { Match } from '../request/match-route.ts';
import { answerHeaders, jsonType } from './headers.ts';

/** An answer in the form middy streams: a body in one piece or in many. */
export type Reply = {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string | Readable;
};

/** A body that comes in pieces. Its access line is written when the last one has left, or when nobody reads on. */
function pieces(
  body: AsyncIterable<string | Uint8Array>,
  { log, exchange, status, letGo }: { log: Log; exchange: Exchange; status: number; letGo: () => void },
): Readable {
  let isOver = false;
  const end = (error?: unknown) => {
    if (isOver) return;
    isOver = true;
    letGo();
    writeAccess(log, exchange, status, error);
  };
  async function* counted() {
    try {
      for await (const piece of body) {
        exchange.bytesOut += Buffer.byteLength(piece);
        yield piece;
      }
      end();
    } catch (error) {
      end(error);
      throw error;
    }
  }
  const stream = Readable.from(counted(), { objectMode: false });
  // It closes only when the piece on its way has come, and that may take minutes: letting go makes it come now.
  const destroy = stream._destroy.bind(stream);
  stream._destroy = (error, done) => {
    if (!isOver) exchange.facts['abandoned'] = true;
    end();
    destroy(error, done);
  };
  return stream;
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

/** Checks an answer by its row and writes it in the form the caller asked for. */
export function replyTo(
  answer: Answer<RouteName> | BytesAnswer,
  { row }: Match,
  context: {
    services: { log: Log; clock: Clock };
    exchange: Exchange;
    stream: string | undefined;
    abort: AbortController;
  },
): Reply {
  const { services, exchange, stream, abort } = context;
  const schema = row.answers[answer.status];
  if (schema === undefined) throw new Error(`${row.path} answers ${answer.status}, which its row doesn't have`);
  const inPieces = { log: services.log, exchange, status: answer.status, letGo: () => abort.abort() };
  if ('body' in answer) {
    const body = JSON.stringify(schema.parse(answer.body));
    exchange.bytesOut = Buffer.byteLength(body);
    writeAccess(services.log, exchange, answer.status);
    return { statusCode: answer.status, headers: answerHeaders(jsonType, exchange.requestId), body };
  }
  if ('bytes' in answer) {
    const { bytes, headers } = answer;
    const body = pieces(only(bytes), inPieces);
    return {
      statusCode: answer.status,
      headers: { ...answerHeaders(bytesType, exchange.requestId), ...headers },
      body,
    };
  }
  if ('later' in answer) {
    const body = pieces(patientJson(answer.later, schema, services.clock), inPieces);
    return { statusCode: answer.status, headers: answerHeaders(jsonType, exchange.requestId), body };
  }
  const type = stream ?? '';
  if (row.events === undefined) throw new Error(`${row.path} answers with events, which its row doesn't have`);
  const body = pieces(eventStream(type, answer.events, row.events, services.clock), inPieces);
  return { statusCode: answer.status, headers: answerHeaders(type, exchange.requestId), body };
}
