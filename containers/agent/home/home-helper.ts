import { Buffer } from 'node:buffer';
import type * as z from 'zod';
import { homeLimits } from '../../../contract/home/limits.ts';
import { believed, notAnAnswer } from '../files/helper-answers.ts';
import type { HelperCall } from '../files/helper-call.ts';
import { HelperPool } from '../files/helper-pool.ts';
import type { HelperTools } from '../files/helper-process.ts';
import { HomeFault } from './home-fault.ts';
import type { Space } from './space.ts';
import { pathKey } from './tree/tree.ts';
import {
  type EntryLine,
  type LayHead,
  PackHead,
  Placed,
  ReadBatch,
  type Reading,
  type ReadResult,
  ScanEnd,
  type Scanned,
  ScannedBatch,
} from './wire/home-operations.ts';

/** A home as a walk saw it, by path, a folder before what is in it. */
export interface Scan extends z.infer<typeof ScanEnd> {
  readonly entries: ReadonlyMap<string, Scanned>;
}

/** What was read, and the blob that has it. */
export interface Pack extends z.infer<typeof PackHead> {
  readonly results: readonly (ReadResult | null)[];
  readonly stored: Buffer;
}

/** The work on the home's files, by a helper of its own that is the sandbox's user. Rejects as the helper does; what it can't have to say is `helper_lost`. */
export class HomeHelper implements AsyncDisposable {
  readonly #pool: HelperPool;

  constructor(tools: HelperTools) {
    this.#pool = new HelperPool(tools);
  }

  scan(signal: AbortSignal): Promise<Scan> {
    const scan = async (call: HelperCall): Promise<Scan> => {
      const entries = new Map<string, Scanned>();
      let [told, characters] = [0, 0];
      for (let sent = await call.next(); sent; sent = await call.next()) {
        if (sent.kind === 'data') throw notAnAnswer();
        const batch = believed(ScannedBatch, sent.value);
        for (const entry of batch) {
          entries.set(pathKey(entry), entry);
          characters += lengthOf(entry);
        }
        // Also what is told twice, or not at all: it has to come to an end.
        told += Math.max(1, batch.length);
        if (told > homeLimits.entries)
          throw new HomeFault('too_many_entries', `the home has more than ${homeLimits.entries} files`);
        // A list of them could not be stored.
        if (characters > homeLimits.manifestRawBytes)
          throw new HomeFault('too_many_entries', `names take more than ${homeLimits.manifestRawBytes} characters`);
      }
      return { entries, ...believed(ScanEnd, await call.result()) };
    };
    return this.#pool.use('scanHome', {}, scan, signal);
  }

  /** What is stored lies in the space, until that is used again. */
  pack(readings: readonly Reading[], space: Space, signal: AbortSignal): Promise<Pack> {
    const pack = async (call: HelperCall): Promise<Pack> => {
      const results: (ReadResult | null)[] = [];
      while (results.length < readings.length) results.push(...believed(ReadBatch, await itemOf(call)));
      if (results.length > readings.length) throw notAnAnswer();
      const head = believed(PackHead, await itemOf(call));
      if (Math.max(head.size, head.raw_size) > 2 * homeLimits.pieceBytes) throw notAnAnswer();
      if (results.some((result) => result && (result.offset ?? 0) + packedBytes(result) > head.raw_size))
        throw notAnAnswer();
      return { ...head, results, stored: await bytesOf(call, space.of(head.size)) };
    };
    return this.#pool.use('packFiles', { readings }, pack, signal);
  }

  async stage(lines: Iterable<EntryLine>, signal: AbortSignal): Promise<void> {
    await this.#pool.use('stageHome', {}, (call) => sendLines(call, lines), signal);
  }

  async lay(head: LayHead, stored: Buffer, signal: AbortSignal): Promise<void> {
    const text = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    const lay = async (call: HelperCall) => {
      for (const part of [length, text, stored]) await call.send(part);
      call.finish();
      return call.result();
    };
    await this.#pool.use('layContents', {}, lay, signal);
  }

  async place(lines: Iterable<EntryLine>, signal: AbortSignal): Promise<z.infer<typeof Placed>> {
    return believed(Placed, await this.#pool.use('placeHome', {}, (call) => sendLines(call, lines), signal));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }
}

const lengthOf = ({ path, path_base64, target, target_base64 }: Scanned): number =>
  [path, path_base64, target, target_base64].reduce((sum, text) => sum + (text?.length ?? 0), 0);

const gatheredBytes = 48 * 1024;

async function sendLines(call: HelperCall, lines: Iterable<EntryLine>): Promise<unknown> {
  let text = '';
  for (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < gatheredBytes) continue;
    await call.send(Buffer.from(text));
    text = '';
  }
  if (text !== '') await call.send(Buffer.from(text));
  call.finish();
  return call.result();
}

const packedBytes = ({ offset, size }: ReadResult): number => (offset === undefined ? 0 : size);

async function itemOf(call: HelperCall): Promise<unknown> {
  const sent = await call.next();
  if (sent?.kind !== 'item') throw notAnAnswer();
  return sent.value;
}

async function bytesOf(call: HelperCall, place: Buffer): Promise<Buffer> {
  await call.fill(place);
  await call.result();
  return place;
}
