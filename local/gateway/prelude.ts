import { Buffer } from 'node:buffer';
import { gatewayLimits } from './limits.ts';

/** The metadata that a streamed answer begins with. */
export interface Prelude {
  readonly statusCode: number;
  readonly headers: readonly (readonly [string, string])[];
}

/** An answer that isn't in the form API Gateway takes. */
export class PreludeError extends Error {
  override readonly name = 'PreludeError';
}

const delimiter = Buffer.alloc(8);
const known = new Set(['statusCode', 'headers', 'multiValueHeaders', 'cookies']);
// They belong to one connection, and the gateway has its own with the client.
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer']);

/** Splits metadata from body in a stream of chunks. Holds at most the metadata. */
export class PreludeReader {
  #held: Buffer = Buffer.alloc(0);

  /** Undefined until the metadata is whole; then what it says, and the beginning of the body. Throws PreludeError. */
  push(chunk: Buffer): { readonly prelude: Prelude; readonly body: Buffer } | undefined {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const at = this.#held.subarray(0, gatewayLimits.preludeBytes).indexOf(delimiter);
    if (at >= 0) {
      return {
        prelude: parsePrelude(this.#held.subarray(0, at)),
        body: this.#held.subarray(at + delimiter.length),
      };
    }
    if (this.#held.length < gatewayLimits.preludeBytes) return undefined;
    throw new PreludeError(`no delimiter within the first ${gatewayLimits.preludeBytes} bytes`);
  }
}

function parsePrelude(bytes: Buffer): Prelude {
  const metadata = parseObject(bytes);
  const unknown = Object.keys(metadata).filter((key) => !known.has(key));
  if (unknown.length > 0) throw new PreludeError(`the metadata has ${unknown.join(', ')}, which is not supported`);
  const { statusCode, headers = {}, multiValueHeaders = {}, cookies = [] } = metadata;
  if (!Number.isInteger(statusCode) || Number(statusCode) < 200 || Number(statusCode) > 599) {
    throw new PreludeError(`statusCode is ${JSON.stringify(statusCode)}, expected 200-599`);
  }
  const pairs: [string, unknown][] = [
    ...Object.entries(headers as object),
    ...Object.entries(multiValueHeaders as object).flatMap(([name, values]) =>
      [values].flat().map((value): [string, unknown] => [name, value]),
    ),
    ...[cookies].flat().map((cookie): [string, unknown] => ['set-cookie', cookie]),
  ];
  return {
    statusCode: Number(statusCode),
    headers: pairs
      .filter(([name]) => !hopByHop.has(name.toLowerCase()))
      .map(([name, value]) => [name, String(value)] as const),
  };
}

function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch {
    // Answered below, as for JSON that isn't an object.
  }
  throw new PreludeError('the metadata is not a JSON object');
}
