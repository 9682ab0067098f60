import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AwsError } from '../../aws/aws-error.ts';
import { textElement, xmlDocument } from '../../aws/xml.ts';
import { roomInTurn } from '../bodies/read-contents.ts';
import type { S3Answer, S3Body } from './call.ts';
import { writeOut } from './write-out.ts';

/** Sends an answer to its end; rejects when its body breaks off, or its reader goes. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status = 200, headers = {}, xml, body }: S3Answer,
  faults: readonly Transform[],
): Promise<void> {
  if (body) {
    try {
      if (response.destroyed) return;
      response.writeHead(status, headers);
      await sendBody(response, body, faults);
    } finally {
      await body.release();
    }
    return;
  }
  const hasLength = 'content-length' in headers || status === 204 || status === 304;
  const length = hasLength ? {} : { 'content-length': String(Buffer.byteLength(xml ?? '')) };
  response.writeHead(status, {
    ...(xml !== undefined && { 'content-type': 'application/xml' }),
    ...length,
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : xml);
}

async function sendBody(response: ServerResponse, body: S3Body, faults: readonly Transform[]): Promise<void> {
  if (faults.length === 0) await writeOut(response, body.read(roomInTurn()));
  else await pipeline([Readable.from(body.read(), { objectMode: false }), ...faults, response]);
}

/** Sends what S3 says of a failure. */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: AwsError,
  requestId: string,
): void {
  const xml = xmlDocument(
    'Error',
    '',
    textElement('Code', error.name),
    textElement('Message', error.message),
    ...Object.entries(error.extra).map(([name, value]) => textElement(name, String(value))),
    textElement('RequestId', requestId),
  );
  // What is left of a body that was refused unread would be taken for the next request.
  if (!request.complete) {
    response.setHeader('connection', 'close');
    request.resume();
  }
  response.writeHead(error.status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) });
  response.end(request.method === 'HEAD' ? undefined : xml);
}
