import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { linesWithin } from '../../../../containers/agent/files/helper/search/lines-within.ts';
import { ripgrep } from '../../../../containers/agent/files/helper/search/ripgrep.ts';
import { openFolder } from '../../../../containers/agent/files/helper/walk/open-folder.ts';
import type { SearchFiles } from '../../../../contract/agent/files.ts';

const input = (fields: Partial<SearchFiles>): SearchFiles => ({
  path: '.',
  ignore_case: false,
  max_matches: 10,
  ...fields,
});

/** A program in the place of ripgrep that says how it was called, then these lines. */
async function played(lines: readonly object[]) {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-ripgrep-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = join(folder, 'rg');
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  await writeFile(join(folder, 'said'), text);
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" >${folder}/called\n/bin/cat ${folder}/said\n`);
  await chmod(program, 0o755);
  return { folder, program };
}

const match = (path: object, text: string, line_number: number) => ({
  type: 'match',
  data: { path, lines: { text }, line_number, absolute_offset: 0, submatches: [] },
});

test('what ripgrep tells is found, names that are not UTF-8 too', async () => {
  const { folder, program } = await played([
    { type: 'begin', data: { path: { text: './a' } } },
    match({ text: './a' }, 'one\n', 3),
    match({ bytes: Buffer.from([0x2e, 0x2f, 0xff]).toString('base64') }, 'two', 4),
    { type: 'summary', data: {} },
  ]);
  await using opened = await openFolder(Buffer.from(folder));
  const found = [];
  for await (const one of ripgrep(input({ text: 'o' }), opened, () => {}, program)) found.push(one);
  expect(found).toEqual([
    { path: Buffer.from('a'), line: 3, text: Buffer.from('one') },
    { path: Buffer.from([0xff]), line: 4, text: Buffer.from('two') },
  ]);
});

test('fails when a step does, and lets ripgrep go', async () => {
  const { folder, program } = await played([match({ text: './a' }, 'one', 1)]);
  await using opened = await openFolder(Buffer.from(folder));
  const search = ripgrep(
    input({ pattern: 'o' }),
    opened,
    () => {
      throw new Error('time is up');
    },
    program,
  );
  await expect(search.next()).rejects.toThrow('time is up');
});

test('lines that are too long are left out, the others come whole', async () => {
  const chunks = ['ab', 'c\nlong', 'er than five\nde', '\n', '\nrest'].map((text) => Buffer.from(text));
  const lines = [];
  for await (const line of linesWithin(from(chunks), 5)) lines.push(line.toString());
  expect(lines).toEqual(['abc', 'de', '']);
});

async function* from(chunks: readonly Buffer[]) {
  yield* chunks;
}
