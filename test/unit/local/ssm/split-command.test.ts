import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SplitError, splitCommand } from '../../../../local/ssm/sessions/split-command.ts';

test.each([
  ['', []],
  ['  \t\r\n', []],
  ['a b\tc\nd', ['a', 'b', 'c', 'd']],
  [`sh -c 'echo "$HOME"; ls'`, ['sh', '-c', 'echo "$HOME"; ls']],
  ['"a\\nb"', ['anb']],
  [`a'b'"c"d`, ['abcd']],
  [`'' ""`, ['', '']],
  ['a\\ b', ['a b']],
  ['# only a comment', []],
  ['a # comment\nb', ['a', 'b']],
  ['a#b', ['a#b']],
  ['a;b|c>d', ['a;b|c>d']],
  [`it'"'"'s`, undefined],
  ['a\\', undefined],
  ['"a\\', undefined],
  ["'a", undefined],
])('%j splits into %j', (line, words) => {
  if (words) expect(splitCommand(line)).toEqual(words);
  else expect(() => splitCommand(line)).toThrow(SplitError);
});

test('words in single quotes come back as they were, whatever is in them', () => {
  const quote = (word: string) => `'${word.replaceAll("'", `'"'"'`)}'`;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
      expect(splitCommand(words.map(quote).join(' '))).toEqual(words);
    }),
  );
});
