import { createHash, type Hash, randomBytes } from 'node:crypto';
import type * as z from 'zod';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { FileWritten, ReadFile, WriteFile } from '../../../contract/agent/files.ts';
import { limits } from '../../../contract/api/limits.ts';
import { asked, believed, followed, Landed, notAnAnswer, ReadHead } from './helper-answers.ts';
import type { HelperCall } from './helper-call.ts';
import { HelperPool } from './helper-pool.ts';
import type { HelperTools } from './helper-process.ts';
import { letGo } from './wire/let-go.ts';
import type { HelperInputs } from './wire/operations.ts';

/** What must be true of bytes that arrive, beyond their number. */
export interface Expected {
  readonly sha256?: string | undefined;
}

type Item<O extends keyof typeof followed> = z.infer<(typeof followed)[O]['item']>;

/** Everything that is done with files, by a helper that is the sandbox's user. */
export class Files implements AsyncDisposable {
  readonly #helpers: HelperPool;
  // An expression can keep a helper busy until it is ended; nothing else waits behind it.
  readonly #searchers: HelperPool;

  constructor(tools: HelperTools) {
    this.#helpers = new HelperPool(tools);
    this.#searchers = new HelperPool(tools);
  }

  /** One question with one answer. */
  ask<O extends keyof typeof asked>(
    operation: O,
    input: HelperInputs[O],
    signal: AbortSignal,
  ): Promise<z.infer<(typeof asked)[O]>> {
    const answer = async (call: HelperCall) => believed(asked[operation], await call.result());
    return this.#helpers.use(operation, input, answer, signal) as Promise<z.infer<(typeof asked)[O]>>;
  }

  /** A question with many answers; each goes to `onItem` before the next is asked for, what it ends with is answered. */
  follow<O extends keyof typeof followed>(
    operation: O,
    input: HelperInputs[O],
    onItem: (item: Item<O>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<z.infer<(typeof followed)[O]['end']>> {
    const pool = operation === 'search' ? this.#searchers : this.#helpers;
    const { item, end } = followed[operation];
    const follow = async (call: HelperCall) => {
      for (let sent = await call.next(); sent; sent = await call.next()) {
        if (sent.kind === 'data') throw notAnAnswer();
        await onItem(believed(item, sent.value) as Item<O>);
      }
      return believed(end, await call.result());
    };
    return pool.use(operation, input, follow, signal) as Promise<z.infer<(typeof followed)[O]['end']>>;
  }

  /** Reads: first the head, then each piece. Rejects with `file_changed` when there is less than the head says. */
  async read(
    input: ReadFile,
    to: { readonly head: (head: ReadHead) => void; readonly piece: (piece: Buffer) => Promise<void> },
    signal: AbortSignal,
  ): Promise<void> {
    const read = async (call: HelperCall) => {
      const first = await call.next();
      if (first?.kind !== 'item') throw notAnAnswer();
      const head = believed(ReadHead, first.value);
      to.head(head);
      let left = head.length;
      for (let sent = await call.next(); sent; sent = await call.next()) {
        if (sent.kind === 'item' || sent.data.length > left) throw notAnAnswer();
        left -= sent.data.length;
        await to.piece(sent.data);
      }
      if (left > 0) throw notAnAnswer();
    };
    await this.#helpers.use('read', input, read, signal);
  }

  /**
   * Writes what the source gives, whole or not at all, and lets go of it. Rejects with `invalid_request` when it isn't what was announced, with
   * whatever the source fails with.
   */
  async write(
    input: WriteFile,
    source: AsyncIterable<Buffer>,
    signal: AbortSignal,
    expected: Expected = {},
  ): Promise<FileWritten> {
    const token = randomBytes(8).toString('hex');
    const write = async (call: HelperCall) => {
      const hash = createHash('sha256');
      await forward(source, input.size, hash, call);
      const sha256 = hash.digest('hex');
      if (expected.sha256 !== undefined && sha256 !== expected.sha256)
        throw unexpected('sha256', sha256, expected.sha256);
      call.finish();
      return { ...believed(Landed, await call.result()), sha256 };
    };
    try {
      return await this.#helpers.use('write', { ...input, token }, write, signal);
    } catch (error) {
      if (error instanceof AgentError && error.code === 'helper_lost') await this.#discard(input, token);
      throw error;
    }
  }

  /** Ends the helpers; whoever waits for one gets `helper_lost`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#helpers[Symbol.asyncDispose](), this.#searchers[Symbol.asyncDispose]()]);
  }

  // A helper that is lost leaves what it had begun; the next one takes it away, as far as it is still there.
  async #discard({ path, path_base64 }: WriteFile, token: string): Promise<void> {
    const input = path === undefined ? { path_base64, token } : { path, token };
    await this.#helpers.use('discard', input, (call) => call.result()).catch(() => {});
  }
}

async function forward(
  source: AsyncIterable<Buffer>,
  announced: number | undefined,
  hash: Hash,
  call: HelperCall,
): Promise<void> {
  const most = announced ?? limits.files.transferBytes;
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > most) break;
    hash.update(chunk);
    await call.send(chunk, () => letGo(chunk));
  }
  if (announced !== undefined && bytes !== announced) throw unexpected('size', bytes, announced);
  if (bytes > most) throw new AgentError('too_large', `the body is larger than ${most} bytes`);
}

const unexpected = (field: string, value: number | string, rule: number | string): AgentError =>
  new AgentError('invalid_request', `the body has another ${field} than was announced`, {
    details: { field: `body.${field}`, value: String(value), rule: `expected ${rule}` },
  });
