import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandCursor, newestFirst, readCommandCursor } from '../../../contract/api/commands/command-cursor.ts';

const place = (started_at: string, digit = '0') => ({ started_at, command_id: `cmd_${digit.repeat(26)}` });

test('a cursor leads back to its command', () => {
  const one = place('2027-01-15T08:00:00.000Z');
  expect(commandCursor(one)).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(readCommandCursor(commandCursor(one))).toEqual(one);
});

test('whatever else is given as a cursor is none', () => {
  fc.assert(fc.property(fc.string(), (text) => readCommandCursor(text) === undefined));
  const { started_at, command_id } = place('2027-01-15T08:00:00.000Z');
  for (const text of [started_at, `${started_at}/sbx_1`, `x/${command_id}`, `${started_at}/${command_id}/`])
    expect(readCommandCursor(btoa(text))).toBeUndefined();
});

test('the newest command comes first, and of two of the same moment always the same one', () => {
  const [old, one, two] = [
    place('2027-01-15T08:00:00.000Z'),
    place('2027-01-15T09:00:00.000Z'),
    place('2027-01-15T09:00:00.000Z', '1'),
  ];
  expect([old, one, two].sort(newestFirst)).toEqual([two, one, old]);
});
