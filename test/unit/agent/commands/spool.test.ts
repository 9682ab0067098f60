import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DiskBudget } from '../../../../containers/agent/commands/output/disk-budget.ts';
import { Spool, type SpoolBounds } from '../../../../containers/agent/commands/output/spool.ts';

interface Bench extends AsyncDisposable {
  readonly folder: string;
  readonly budget: DiskBudget;
  spool(name: string, bounds?: SpoolBounds): Spool;
}

async function bench(budgetBytes = 1_000_000): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-spool-'));
  const budget = new DiskBudget(budgetBytes);
  const spools: Spool[] = [];
  return {
    folder,
    budget,
    spool: (name, bounds = { maxBytes: 100, segmentBytes: 10 }) => {
      const spool = new Spool(join(folder, name), bounds, budget, () => {});
      spools.push(spool);
      return spool;
    },
    async [Symbol.asyncDispose]() {
      for (const spool of spools) await spool[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readAll(spool: Spool, from = 0, maxBytes = 7): Promise<{ offset: number; text: string }[]> {
  const pieces: { offset: number; text: string }[] = [];
  for (let at = from; ; ) {
    const piece = await spool.read(at, maxBytes);
    if (!piece) return pieces;
    pieces.push({ offset: piece.offset, text: piece.data.toString('latin1') });
    at = piece.offset + piece.data.length;
  }
}

const text = (pieces: readonly { text: string }[]): string => pieces.map((piece) => piece.text).join('');

test('what was appended is read from any offset, in pieces of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { maxLength: 12 }),
      fc.nat(200),
      fc.integer({ min: 1, max: 64 }),
      async (chunks, from, maxBytes) => {
        await using here = await bench();
        const spool = here.spool('a', { maxBytes: 10_000, segmentBytes: 16 });
        for (const chunk of chunks) await spool.append(chunk);
        const whole = Buffer.concat(chunks).toString('latin1');
        expect(spool.produced).toBe(whole.length);
        expect(text(await readAll(spool, from, maxBytes))).toBe(whole.slice(from));
        await spool.close();
        expect(text(await readAll(spool, 0, maxBytes))).toBe(whole);
        await spool[Symbol.asyncDispose]();
      },
    ),
    { numRuns: 40 },
  );
});

test('beyond its bound the oldest output goes, everything is counted, and reading says where it starts', async () => {
  await using here = await bench();
  const spool = here.spool('a');
  for (let i = 0; i < 25; i++) await spool.append(Buffer.from(`${i}`.padStart(10, '.')));
  expect(spool.produced).toBe(250);
  expect(spool.firstAvailable).toBe(150);
  const pieces = await readAll(spool);
  expect(pieces[0]?.offset).toBe(150);
  expect(text(pieces)).toBe(Array.from({ length: 10 }, (_, i) => `${i + 15}`.padStart(10, '.')).join(''));
  expect(await readdir(here.folder)).toHaveLength(10);
});

test('all spools together keep to one budget, the oldest output first', async () => {
  await using here = await bench(50);
  const [first, second] = [here.spool('a'), here.spool('b')];
  for (let i = 0; i < 3; i++) await first.append(Buffer.alloc(10, 'a'));
  for (let i = 0; i < 4; i++) await second.append(Buffer.alloc(10, 'b'));
  expect([first.produced, first.firstAvailable]).toEqual([30, 20]);
  expect([second.produced, second.firstAvailable]).toEqual([40, 0]);
  expect(here.budget.bytes).toBe(50);
  await first[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  expect(here.budget.bytes).toBe(0);
});

test('what the disk refuses is counted, and later output is kept where it belongs', async () => {
  await using here = await bench();
  const gone = join(here.folder, 'gone');
  const spool = here.spool('gone/a');
  await spool.append(Buffer.from('lost.'));
  expect([spool.produced, spool.firstAvailable]).toEqual([5, 5]);
  expect(await spool.read(0, 10)).toBeUndefined();
  await mkdir(gone);
  await spool.append(Buffer.from('kept'));
  expect(await readAll(spool)).toEqual([{ offset: 5, text: 'kept' }]);
});

test('a file that somebody removed is a gap, no failure', async () => {
  await using here = await bench();
  const spool = here.spool('a');
  for (const chunk of ['0123456789', 'abcdefghij']) await spool.append(Buffer.from(chunk));
  await rm(join(here.folder, 'a.0'));
  expect((await readAll(spool))[0]).toEqual({ offset: 10, text: 'abcdefg' });
});

test('the oldest output of what has ended goes before that of what still runs', async () => {
  await using here = await bench(50);
  const [running, ended] = [here.spool('a'), here.spool('b')];
  for (let i = 0; i < 2; i++) await running.append(Buffer.alloc(10, 'a'));
  for (let i = 0; i < 3; i++) await ended.append(Buffer.alloc(10, 'b'));
  await ended.close();
  for (let i = 0; i < 2; i++) await running.append(Buffer.alloc(10, 'a'));
  expect([ended.produced, ended.firstAvailable]).toEqual([30, 20]);
  expect([running.produced, running.firstAvailable]).toEqual([40, 0]);
  for (let i = 0; i < 2; i++) await running.append(Buffer.alloc(10, 'a'));
  expect([ended.firstAvailable, running.firstAvailable, here.budget.bytes]).toEqual([30, 10, 50]);
});
