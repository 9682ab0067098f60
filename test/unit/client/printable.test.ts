import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Terminal } from '../../../client/cli/interact/terminal.ts';
import { printable } from '../../../client/cli/output/table.ts';

// By escape, by its one-byte form, by a line of its own, and by text that is shown the other way round.
const steering = ['\x1b[2J', '\x9b2J', '\x7f', '\u2028', '\u202e'];

test.each(steering)('what steers a terminal is not shown: %j', (text) => {
  expect(printable(`a${text}b`)).toBe(`a?${text.slice(1)}b`);
});

test('what people write is shown as it is', () => {
  for (const text of ['naïve', 'می‌خواهم', '👩‍💻', '日本語']) expect(printable(text)).toBe(text);
});

test.each(steering)('JSON means the same to a program and nothing to a terminal: %j', async (text) => {
  const stdout = new PassThrough();
  const terminal = new Terminal({ stdin: new PassThrough(), stdout, stderr: new PassThrough() });
  await terminal.print(JSON.stringify({ result: text }));
  const shown = String(stdout.read());
  expect(shown).toMatch(/^[\x20-\x7e]*\n$/);
  expect(JSON.parse(shown)).toEqual({ result: text });
});
