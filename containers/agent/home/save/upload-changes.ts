import { createHash } from 'node:crypto';
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

const atOnce = 4;

/** Reads groups and stores what is new in them. What is missing in the answer was left, for want of time. */
export async function uploadChanges(groups: readonly Group[], options: Options): Promise<Uploaded> {
  const uploaded = new Map<string, ReadPiece[]>();
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const left = groups.values();
  // A file's pieces end up in their order although they are not read in it.
  const places = new Map<string, number>();
  const numbered = new Map(groups.map((group) => [group, group.map(({ key }) => placeOf(key, places))]));
  const work = async () => {
    const space = new Space();
    for (const group of left) {
      if (options.hurry.aborted) return;
      const readings = group.map(({ key, ...reading }, index) => {
        const stored = storedAt(key, numbered.get(group)?.[index] ?? 0, options);
        return { ...reading, ...(stored && { stored }) };
      });
      const pack = await options.helper.pack(readings, space, signal);
      const contents = await storePack(pack, options, signal);
      for (const [index, { key }] of group.entries()) {
        const pieces = uploaded.get(key) ?? [];
        pieces[numbered.get(group)?.[index] ?? 0] = contents[index] ?? null;
        uploaded.set(key, pieces);
      }
      options.onProgress(
        group.length,
        pack.results.reduce((sum, result) => sum + (result?.size ?? 0), 0),
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    failed.abort();
  }
  for (const [key, count] of places) if (!isWhole(uploaded.get(key), count)) uploaded.delete(key);
  return uploaded;
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

async function storePack(pack: Pack, { stored, repository }: Options, signal: AbortSignal): Promise<ReadPiece[]> {
  const isNew = (result: ReadResult | null): result is PackedResult =>
    result?.offset !== undefined && result.size > 0 && !stored.has(result.sha256);
  if (pack.results.some(isNew)) {
    const sha256 = createHash('sha256').update(pack.stored).digest('hex');
    const blob: Blob = { sha256, size: pack.stored.length, encoding: pack.encoding, raw_size: pack.raw_size };
    await repository.putBlob(sha256, pack.stored, signal);
    for (const result of pack.results) {
      if (!isNew(result)) continue;
      const { offset, size, sha256: ofPiece } = result;
      stored.set(ofPiece, { blob, offset, size, sha256: ofPiece });
    }
  }
  return pack.results.map((result) => result && { result, content: stored.get(result.sha256) });
}
