import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Clock } from '../../../../contract/clock.ts';
import type { StorageLink } from '../../files/transfer/storage-link.ts';
import { backoff } from '../../reports/backoff.ts';
import { HomeFault } from '../home-fault.ts';
import { type Answer, attemptRequest, type Stored } from './attempt-request.ts';
import type { SessionCredentials } from './session-credentials.ts';
import type { ToSign } from './sign-request.ts';
import { isStale, Passing, type Refusal, refused } from './storage-answer.ts';

interface Options {
  readonly link: StorageLink;
  readonly credentials: SessionCredentials;
  readonly clock: Clock;
}

interface Sending {
  readonly body?: Buffer;
  readonly mostBytes: number;
  readonly place?: Buffer | undefined;
  readonly signal: AbortSignal;
}

const tries = 7;
const listBytes = 64 * 1024;

/** The objects of one user, by signed requests. Each is bounded in time, and tried again where that may help; rejects with HomeFault. */
export class HomeStorage {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** An object; undefined where there is none. `corrupt` for one larger than `mostBytes`. It lies in `place`, which has room for them. */
  async get(key: string, mostBytes: number, signal: AbortSignal, place?: Buffer): Promise<Stored | undefined> {
    const answer = await this.#send({ method: 'GET', path: `/${key}` }, { mostBytes, place, signal });
    if (answer.ok) return answer;
    if (answer.code === 'NoSuchKey') return undefined;
    if (answer.status !== 403 || (await this.#isThere(key, signal))) throw await this.#fault(answer, signal);
    return undefined;
  }

  /** Puts an object, and answers its mark; undefined when the condition is not met. `known` is the body's SHA-256, where it is known. */
  async put(
    key: string,
    body: Buffer,
    signal: AbortSignal,
    condition: Readonly<Record<string, string>> = {},
    known?: string,
  ): Promise<string | undefined> {
    const sha256 = known ?? createHash('sha256').update(body).digest('hex');
    const request: ToSign = { method: 'PUT', path: `/${key}`, headers: condition, sha256 };
    const answer = await this.#send(request, { body, mostBytes: 0, signal });
    if (answer.ok) return answer.etag;
    // What is to be replaced may be gone: S3 says so in another way.
    if (answer.status === 412 || answer.code === 'NoSuchKey') return undefined;
    throw await this.#fault(answer, signal);
  }

  // What is missing is refused like what is forbidden, to sessions that may list some names only. Those may list this one.
  async #isThere(key: string, signal: AbortSignal): Promise<boolean> {
    const query = { 'list-type': '2', prefix: key, 'max-keys': '1' };
    const answer = await this.#send({ method: 'GET', path: '/', query }, { mostBytes: listBytes, signal });
    return !answer.ok || answer.body.toString().includes(`<Key>${key}</Key>`);
  }

  async #send(request: ToSign, { signal, ...sending }: Sending): Promise<Answer> {
    const { clock, credentials, link } = this.#options;
    const waits = backoff(200, 10_000);
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      const given = await credentials.get(signal);
      const answer = await attemptRequest({ request, ...sending, credentials: given, link, clock, signal }).catch(
        (error) => passing(error, given.bucket, signal),
      );
      if (attempt === tries && answer instanceof HomeFault) throw answer;
      if (!(answer instanceof HomeFault)) {
        if (answer.ok || attempt === tries || !isWorthAgain(answer)) return answer;
        if (isStale(answer)) credentials.forget();
      }
      await clock.sleep(waits.next().value, signal);
    }
  }

  /** The last word: whatever was passing has not passed. */
  async #fault(refusal: Refusal, signal: AbortSignal): Promise<HomeFault> {
    const { bucket } = await this.#options.credentials.get(signal);
    const why = refused(refusal, bucket);
    return why instanceof HomeFault ? why : new HomeFault('storage_unavailable', why.message, { cause: why });
  }
}

/** What trying again may help against. Throws what it can't. */
function passing(error: unknown, bucket: string, signal: AbortSignal): HomeFault {
  signal.throwIfAborted();
  if (error instanceof HomeFault) throw error;
  return new HomeFault('storage_unavailable', `the bucket ${bucket} can't be reached`, { cause: error });
}

const isWorthAgain = (refusal: Refusal): boolean =>
  refusal.status === 409 || isStale(refusal) || refused(refusal, '') instanceof Passing;
