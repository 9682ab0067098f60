import { Buffer } from 'node:buffer';
import type { Clock } from '../../../../contract/clock.ts';
import type { StorageCredentials } from '../../../../contract/home/credentials.ts';
import type { StorageLink } from '../../files/transfer/storage-link.ts';
import { HomeFault } from '../home-fault.ts';
import { readBounded } from './read-bounded.ts';
import { bucketHost, signRequest, type ToSign } from './sign-request.ts';
import { codeOf, Passing, type Refusal } from './storage-answer.ts';

/** An object and its mark of identity. */
export interface Stored {
  readonly body: Buffer;
  readonly etag: string;
}

export type Answer = (Refusal & { readonly ok: false }) | ({ readonly ok: true } & Stored);

interface Attempt {
  readonly request: ToSign;
  /** What is sent; without it the answer's body counts. */
  readonly body?: Buffer | undefined;
  /** The answer may have. */
  readonly mostBytes: number;
  /** Where its body is to lie. */
  readonly place?: Buffer | undefined;
  readonly credentials: StorageCredentials;
  readonly link: StorageLink;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

// One object on a slow line; whoever is silent for a minute is given up sooner.
const limitMs = 5 * 60_000;
const refusalBytes = 64 * 1024;

/** One request to storage and its answer. Rejects as the connection does, with `corrupt` for an answer beyond its bound. */
export async function attemptRequest(attempt: Attempt): Promise<Answer> {
  const { request, body, mostBytes, place, credentials, link, clock } = attempt;
  const limit = new AbortController();
  using _ = clock.after(limitMs, () => limit.abort(new Passing(`storage took longer than ${limitMs} ms`)));
  const headers = await signRequest(request, credentials, clock.now());
  const host = bucketHost(credentials);
  const query = request.query ? `?${new URLSearchParams(request.query)}` : '';
  const signal = AbortSignal.any([attempt.signal, limit.signal]);
  const order = { url: `https://${host}${request.path}${query}`, hosts: [host], headers, signal };
  if (body) {
    const { status, headers: answered, body: said } = await link.put(order, body.length, (write) => write(body));
    if (status !== 200) return { ok: false, status, code: codeOf(said) };
    return { ok: true, body: Buffer.alloc(0), etag: answered.etag ?? '' };
  }
  const answer = await link.get(order);
  const status = answer.statusCode ?? 0;
  if (status !== 200) {
    const said = await readBounded(answer, refusalBytes);
    return { ok: false, status, code: codeOf(said?.toString() ?? '') };
  }
  const found = await readBounded(answer, mostBytes, place);
  if (!found)
    throw new HomeFault('corrupt', `${request.path} in ${credentials.bucket} has more than ${mostBytes} bytes`);
  return { ok: true, body: found, etag: answer.headers.etag ?? '' };
}
