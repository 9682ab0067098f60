import type { IncomingMessage } from 'node:http';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { StorageCredentials } from '../../../contract/home/credentials.ts';
import type { StorageLink } from '../files/transfer/storage-link.ts';
import { readBounded } from '../home/storage/read-bounded.ts';
import type { SessionCredentials } from '../home/storage/session-credentials.ts';
import { bucketHost, signRequest, type ToSign } from '../home/storage/sign-request.ts';
import { codeOf, isStale, type Refusal } from '../home/storage/storage-answer.ts';
import type { Link } from '../reports/link.ts';
import { LinkError } from '../reports/link-error.ts';
import { coldFailure, coldRefusal } from './cold-fault.ts';
import { coldLimits } from './cold-limits.ts';
import { coldPrefix, escapeKey, escapeQuery } from './cold-name.ts';
import { type ColdListing, parseListing } from './parse-listing.ts';

interface Options {
  readonly userId: string;
  readonly credentials: Pick<SessionCredentials, 'get' | 'forget'>;
  /** For what is asked and answered in short. */
  readonly link: Pick<Link, 'send'>;
  /** For the bytes of files. */
  readonly storage: Pick<StorageLink, 'get' | 'put'>;
  /** The time that signatures are made at. */
  readonly clock: Clock;
}

/** What is known of a cold file without reading it. */
export interface ColdStat {
  readonly name: string;
  readonly size: number;
  readonly modified_at: string;
  /** Of the content, in hex; null for what was not put by a sandbox. */
  readonly sha256: string | null;
}

interface Put {
  readonly size: number;
  /** In hex; storage refuses other bytes. */
  readonly sha256: string;
  readonly overwrite: boolean;
  readonly pieces: AsyncIterable<Buffer>;
}

interface Prepared {
  readonly url: URL;
  readonly hosts: readonly string[];
  readonly headers: Record<string, string>;
}

const timeoutMs = 15_000;
const refusalBytes = 64 * 1024;
const sumHeader = 'x-amz-meta-sha256';

/**
 * The cold files of one user, by signed requests. Each is one attempt with a time limit; it rejects with AgentError: `file_not_found`,
 * `file_exists`, `file_changed`, `invalid_request`, or `transfer_failed`, whose details say which fault it was and whether to try again.
 */
export class ColdStorage {
  readonly #options: Options;
  readonly #prefix: string;

  constructor(options: Options) {
    this.#options = options;
    this.#prefix = coldPrefix(options.userId);
  }

  /** Names that begin with `prefix`; those with a further slash as folders, unless all are wanted. */
  async list(
    { prefix, after, recursive }: { readonly prefix: string; readonly after?: string; readonly recursive: boolean },
    signal: AbortSignal,
  ): Promise<ColdListing> {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      'max-keys': String(coldLimits.page),
      prefix: this.#prefix + prefix,
      ...(recursive ? {} : { delimiter: '/' }),
      ...(after === undefined ? {} : { 'continuation-token': after }),
    };
    const { body } = await this.#ask({ method: 'GET', path: '/', query }, prefix, signal);
    try {
      return parseListing(body, this.#prefix);
    } catch (cause) {
      throw coldFailure(new LinkError('garbage', 'the answer is no listing', { cause }), undefined);
    }
  }

  async stat(name: string, signal: AbortSignal): Promise<ColdStat> {
    const asked = this.#ask({ method: 'HEAD', path: this.#path(name) }, name, signal);
    const { headers } = await asked.catch((error) => this.#orMissing(error, name, signal));
    return statOf(name, headers, Number(headers['content-length']));
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#ask({ method: 'DELETE', path: this.#path(name) }, name, signal);
  }

  /** A file's bytes, or those of a range as HTTP has it, to be read or destroyed by the caller. */
  async get(name: string, range: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
    const request: ToSign = { method: 'GET', path: this.#path(name), headers: range === undefined ? {} : { range } };
    const { order, bucket } = await this.#order(request, signal);
    const answer = await this.#options.storage.get(order).catch((error) => {
      signal.throwIfAborted();
      throw coldFailure(error, bucket);
    });
    if (answer.statusCode === 200 || answer.statusCode === 206) return answer;
    const said = await readBounded(answer, refusalBytes).catch(() => undefined);
    const refused = this.#refused(
      { status: answer.statusCode ?? 0, code: codeOf(said?.toString() ?? '') },
      bucket,
      name,
    );
    return this.#orMissing(refused, name, signal);
  }

  /** Puts a file, whole or not at all. */
  async put(name: string, { size, sha256, overwrite, pieces }: Put, signal: AbortSignal): Promise<void> {
    const headers = { [sumHeader]: sha256, ...(overwrite ? {} : { 'if-none-match': '*' }) };
    const { order, bucket } = await this.#order({ method: 'PUT', path: this.#path(name), headers, sha256 }, signal);
    const produce = async (write: (piece: Buffer) => Promise<void>): Promise<void> => {
      let sent = 0;
      for await (const piece of pieces) {
        sent += piece.length;
        await write(piece);
      }
      if (sent !== size) throw new AgentError('file_changed', `${name} broke off after ${sent} of ${size} bytes`);
    };
    const answer = await this.#options.storage.put(order, size, produce).catch((error) => {
      signal.throwIfAborted();
      throw coldFailure(error, bucket);
    });
    if (answer.status !== 200) throw this.#refused({ ...answer, code: codeOf(answer.body) }, bucket, name);
  }

  /** To sessions that may list some names only, what is missing is refused like what is forbidden; they may list this one. */
  async #orMissing(error: unknown, name: string, signal: AbortSignal): Promise<never> {
    if (!(error instanceof AgentError) || error.details['fault'] !== 'storage_forbidden') throw error;
    const { entries } = await this.list({ prefix: name, recursive: true }, signal);
    if (entries.some((entry) => entry.name === name)) throw error;
    throw coldRefusal({ status: 404, code: 'NoSuchKey' }, '', name);
  }

  #path(name: string): string {
    return `/${escapeKey(this.#prefix + name)}`;
  }

  async #ask(request: ToSign, name: string, signal: AbortSignal) {
    const { given, url, headers } = await this.#prepare(request, signal);
    const { method } = request;
    if (method === 'PUT') throw new TypeError('bytes go by storage');
    const answer = await this.#options.link.send({ method, url, headers, timeoutMs, signal }).catch((error) => {
      signal.throwIfAborted();
      throw coldFailure(error, given.bucket);
    });
    if (answer.status === 200 || answer.status === 204) return answer;
    throw this.#refused({ status: answer.status, code: codeOf(answer.body) }, given.bucket, name);
  }

  async #order(request: ToSign, signal: AbortSignal) {
    const { given, url, hosts, headers } = await this.#prepare(request, signal);
    return { bucket: given.bucket, order: { url: url.href, hosts, headers, signal } };
  }

  async #prepare(request: ToSign, signal: AbortSignal): Promise<Prepared & { readonly given: StorageCredentials }> {
    const given = await this.#options.credentials.get(signal).catch((error) => {
      signal.throwIfAborted();
      throw coldFailure(error, undefined);
    });
    const headers = await signRequest(request, given, this.#options.clock.now());
    const host = bucketHost(given);
    return {
      given,
      hosts: [host],
      headers,
      url: new URL(`https://${host}${request.path}${escapeQuery(request.query)}`),
    };
  }

  #refused(refusal: Refusal, bucket: string, name: string): AgentError {
    if (isStale(refusal)) {
      this.#options.credentials.forget();
      const details = { fault: 'no_credentials', retry: true };
      return new AgentError('transfer_failed', 'the credentials for storage have ended', { details });
    }
    return coldRefusal(refusal, bucket, name);
  }
}

/** What the headers of an answer say of a file that is so large. */
export function statOf(name: string, headers: IncomingMessage['headers'], size: number): ColdStat {
  const sum = headers[sumHeader];
  const modified = Date.parse(headers['last-modified'] ?? '');
  return {
    name,
    size,
    modified_at: new Date(Number.isNaN(modified) ? 0 : modified).toISOString(),
    sha256: typeof sum === 'string' && /^[0-9a-f]{64}$/.test(sum) ? sum : null,
  };
}
