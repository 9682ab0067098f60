import { SandboxError } from '../../../contract/api/errors.ts';
import { bytesType } from '../../../contract/api/files/file-bytes.ts';
import { limits } from '../../../contract/api/limits.ts';

interface Message {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode({ body, isBase64Encoded }: Message): string {
  if (!body) return '';
  try {
    return isBase64Encoded ? utf8.decode(Buffer.from(body, 'base64')) : body;
  } catch (cause) {
    throw new SandboxError('invalid_request', 'the body is not UTF-8', {
      details: { field: 'body', rule: 'expected UTF-8' },
      cause,
    });
  }
}

/** Bytes of the body as it was sent. */
export const bodyBytes = ({ body, isBase64Encoded }: Message): number =>
  body ? Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8') : 0;

/** What JSON can say and nobody here can mean, in letters or escaped: it is looked for where the text has a sign of it. */
const suspicious = /__proto__|\\u(?:00[567]|[dD][89a-fA-F])/;

/** Refuses a name that would change what an object is, and half a character, which would become another on its way. */
const refuseSuspicious = (name: string, value: unknown): unknown => {
  if (name === '__proto__')
    throw new SandboxError('invalid_request', 'unknown field __proto__', { details: { field: '__proto__' } });
  if (name.isWellFormed() && (typeof value !== 'string' || value.isWellFormed())) return value;
  const rule = 'expected no half of a character';
  throw new SandboxError('invalid_request', `${JSON.stringify(name)} has half a character: ${rule}`, {
    details: { field: name.toWellFormed(), rule },
  });
};

function assertSize(bytes: number): void {
  if (bytes <= limits.requestBytes) return;
  throw new SandboxError('too_large', `the body is ${bytes} bytes, at most ${limits.requestBytes}`, {
    details: { field: 'body', value: String(bytes), rule: `expected at most ${limits.requestBytes} bytes` },
  });
}

/**
 * The bytes of a request as they were sent. Throws `too_large`, and `invalid_request` for a body of another type: on its way here
 * that was taken for text.
 */
export function readBytes(message: Message, contentType: string | undefined): Uint8Array {
  assertSize(bodyBytes(message));
  if (message.isBase64Encoded || !message.body) return Buffer.from(message.body ?? '', 'base64');
  throw new SandboxError('invalid_request', `the body is of another type than ${bytesType}`, {
    details: { field: 'content-type', value: contentType?.slice(0, 100) ?? '', rule: `expected ${bytesType}` },
  });
}

/** The JSON of a request; an empty body is `{}`. Throws `too_large` and `invalid_request`. */
export function readBody(message: Message): unknown {
  assertSize(bodyBytes(message));
  const text = decode(message);
  if (text.trim() === '') return {};
  try {
    return suspicious.test(text) ? JSON.parse(text, refuseSuspicious) : JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SandboxError) throw cause;
    // The parser's message quotes the body, so it stays out of the answer.
    throw new SandboxError('invalid_request', 'the body is not JSON', {
      details: { field: 'body', rule: 'expected JSON' },
    });
  }
}
