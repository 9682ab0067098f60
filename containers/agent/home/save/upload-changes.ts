import { hash } from 'node:crypto';
import type { Blob } from '../../../../contract/home/manifest.ts';
import type { HomeHelper, Pack } from '../home-helper.ts';
import type { HomeRepository } from '../home-repository.ts';
import { Space } from '../space.ts';
import type { Content, Tree } from '../tree/tree.ts';
import type { ReadResult } from '../wire/home-operations.ts';
import type { Group } from './plan-save.ts';

/** What was read of a file's piece: the file as it was then, and where the bytes are. Null for what could not be read. */
export type ReadPiece = { readonly result: ReadResult; readonly content: Content | undefined } | null;

/** By path, a file's pieces in their order. */
export type Uploaded = ReadonlyMap<string, readonly ReadPiece[]>;

interface Options {
  readonly helper: Pick<HomeHelper, 'pack'>;
  readonly repository: Pick<HomeRepository, 'putBlob'>;
  /** Contents that are stored already and stay so, by their SHA-256. */
  readonly stored: Map<string, Content>;
  /** The home as it was saved last: what is still the same in a file isn't packed again. */
  readonly base: Tree;
  readonly onProgress: (files: number, bytes: number) => void;
  /** Ends it early: what has begun is finished, the rest is left. */
  readonly hurry: AbortSignal;
  readonly signal: AbortSignal;
}

/** An upload that has read everything, and may still be storing the last of it. Its disposal waits for that. */
export interface Upload extends AsyncDisposable {
  /** What is missing was left, for want of time. */
  readonly uploaded: Uploaded;
  /** Fulfils once all that is new is stored; rejects as storage does. */
  readonly stored: Promise<void>;
}

const atOnce = 4;

/** Reads groups and stores what is new in them. Rejects with what ends it before all is read. */
export async function uploadChanges(groups: readonly Group[], options: Options): Promise<Upload> {
  const uploaded = new Map<string, ReadPiece[]>();
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const left = groups.values();
  // A file's pieces end up in their order although they are not read in it.
  const places = new Map<string, number>();
  const numbered = new Map(groups.map((group) => [group, group.map(({ key }) => placeOf(key, places))]));
  const read = Promise.withResolvers<void>();
  let reading = atOnce;
  const work = async () => {
    const space = new Space();
    let putting: Promise<void> = Promise.resolve();
    for (const group of left) {
      // What is being put lies in the space.
      await putting;
      if (options.hurry.aborted) break;
      const readings = group.map(({ key, ...reading }, index) => {
        const stored = storedAt(key, numbered.get(group)?.[index] ?? 0, options);
        return { ...reading, ...(stored && { stored }) };
      });
      const pack = await options.helper.pack(readings, space, signal);
      const { pieces: contents, put } = namePack(pack, options);
      for (const [index, { key }] of group.entries()) {
        const pieces = uploaded.get(key) ?? [];
        pieces[numbered.get(group)?.[index] ?? 0] = contents[index] ?? null;
        uploaded.set(key, pieces);
      }
      const bytes = pack.results.reduce((sum, result) => sum + (result?.size ?? 0), 0);
      putting = put(signal).then(() => options.onProgress(group.length, bytes));
    }
    if (--reading === 0) read.resolve();
    await putting;
  };
  const stored = Promise.all(Array.from({ length: atOnce }, work))
    .then(() => {})
    .finally(() => failed.abort());
  const over = stored.catch(() => {});
  await Promise.race([read.promise, stored]);
  for (const [key, count] of places) if (!isWhole(uploaded.get(key), count)) uploaded.delete(key);
  return { uploaded, stored, [Symbol.asyncDispose]: () => over };
}

/** What a piece of a file was, if storage still has it. */
function storedAt(key: string, place: number, { base, stored }: Options): string | undefined {
  const before = base.get(key);
  const content = before?.type === 'file' ? before.contents[place] : undefined;
  return content && stored.has(content.sha256) ? content.sha256 : undefined;
}

function placeOf(key: string, places: Map<string, number>): number {
  const place = places.get(key) ?? 0;
  places.set(key, place + 1);
  return place;
}

function isWhole(pieces: readonly ReadPiece[] | undefined, count: number): boolean {
  return pieces !== undefined && pieces.length === count && Object.keys(pieces).length === count;
}

type PackedResult = ReadResult & { readonly offset: number };

interface NamedPack {
  readonly pieces: readonly ReadPiece[];
  /** Puts the blob, if there is anything new in it. */
  readonly put: (signal: AbortSignal) => Promise<void>;
}

/** Where everything that was read will be once the blob is put. */
function namePack(pack: Pack, { stored, repository }: Options): NamedPack {
  const isNew = (result: ReadResult | null): result is PackedResult =>
    result?.offset !== undefined && result.size > 0 && !stored.has(result.sha256);
  const fresh = pack.results.filter(isNew);
  const sha256 = fresh.length > 0 ? hash('sha256', pack.stored) : undefined;
  if (sha256 !== undefined) {
    const blob: Blob = { sha256, size: pack.stored.length, encoding: pack.encoding, raw_size: pack.raw_size };
    for (const { offset, size, sha256: ofPiece } of fresh) stored.set(ofPiece, { blob, offset, size, sha256: ofPiece });
  }
  return {
    pieces: pack.results.map((result) => result && { result, content: stored.get(result.sha256) }),
    put: async (signal) => {
      if (sha256 !== undefined) await repository.putBlob(sha256, pack.stored, signal);
    },
  };
}
