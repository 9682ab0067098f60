import { expect, test } from 'vitest';
import { HelperCall, silenceMs } from '../../../../containers/agent/files/helper-call.ts';
import {
  creditPayload,
  type FrameKind,
  maxPayloadBytes,
  windowBytes,
} from '../../../../containers/agent/files/wire/frames.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

function begin({ takesBytes = false } = {}) {
  const clock = new ManualClock();
  const written: FrameKind[] = [];
  const faults: string[] = [];
  const call = new HelperCall({
    clock,
    takesBytes,
    write: (kind) => void written.push(kind),
    onFault: ({ message }) => void faults.push(message),
  });
  const hear = (kind: FrameKind, payload: Buffer | string = '') =>
    call.hear({ kind, call: 1, payload: Buffer.from(payload) });
  return { clock, call, hear, written, faults };
}

test('a helper that is silent when it is its turn is at fault, one that says that it works is not', () => {
  const { clock, hear, faults } = begin();
  clock.pass(silenceMs - 1);
  hear('beat');
  clock.pass(silenceMs - 1);
  expect(faults).toEqual([]);
  clock.pass(1);
  expect(faults).toEqual(['it says nothing any more']);
});

test('a caller who is slow to send or to take is no fault of the helper’s', async () => {
  const sending = begin({ takesBytes: true });
  sending.clock.pass(10 * silenceMs);
  await sending.call.send(Buffer.alloc(10));
  sending.hear('credit', creditPayload(10));
  sending.clock.pass(10 * silenceMs);
  expect(sending.faults).toEqual([]);
  sending.call.finish();
  sending.clock.pass(silenceMs);
  expect(sending.faults).toHaveLength(1);

  const taking = begin();
  taking.hear('data', 'bytes that nobody takes');
  taking.clock.pass(10 * silenceMs);
  expect(taking.faults).toEqual([]);
  expect(await taking.call.next()).toMatchObject({ kind: 'data' });
  taking.clock.pass(silenceMs);
  expect(taking.faults).toHaveLength(1);
});

test('no more is sent than the helper has room for', async () => {
  const { call, hear, written } = begin({ takesBytes: true });
  const sent = call.send(Buffer.alloc(windowBytes + maxPayloadBytes));
  await new Promise(setImmediate);
  expect(written).toHaveLength(windowBytes / maxPayloadBytes);
  hear('credit', creditPayload(maxPayloadBytes));
  await sent;
  expect(written).toHaveLength(windowBytes / maxPayloadBytes + 1);
});

test('a helper that sends more than there is room for is refused', () => {
  const { hear } = begin();
  expect(() => {
    for (let n = 0; n < 100; n++) hear('data', Buffer.alloc(maxPayloadBytes));
  }).toThrow('more than there is room for');
});

test('a helper that sends frames with next to nothing in them is refused too, and they hold no more than they are', async () => {
  const empty = begin();
  expect(() => {
    for (let n = 0; n < windowBytes; n++) empty.hear('data');
  }).toThrow('more than there is room for');

  const { call } = begin();
  const chunk = Buffer.alloc(64 * 1024, '7');
  call.hear({ kind: 'item', call: 1, payload: chunk.subarray(0, 1) });
  chunk.fill('8');
  expect(await call.next()).toEqual({ kind: 'item', value: 7 });
});

test('a failure in words of the helper’s own is told in ours', async () => {
  const { call, hear } = begin();
  hear('failed', JSON.stringify({ code: 'file_not_found', errno: 'ENOENT', message: '<script>' }));
  await expect(call.result()).rejects.toMatchObject({
    code: 'file_not_found',
    message: 'there is no such file or folder',
  });
  const other = begin();
  other.hear('failed', JSON.stringify({ code: 'grant_ended' }));
  await expect(other.call.result()).rejects.toMatchObject({ code: 'internal' });
});

test('what comes after the end changes nothing', async () => {
  const { call, hear } = begin();
  hear('done', '{"first":true}');
  hear('done', '{"first":false}');
  hear('failed', '{}');
  expect(await call.result()).toEqual({ first: true });
});

test('bytes that fill a place lie there at once, whatever was held before it was known and however they are cut', async () => {
  const { call, hear } = begin();
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
  hear('data', bytes.subarray(0, 10_000));
  const place = Buffer.alloc(bytes.length);
  const filled = call.fill(place);
  for (let from = 10_000; from < bytes.length; from += 30_000) {
    const piece = bytes.subarray(from, from + 30_000);
    const room = call.roomFor('data', piece.length);
    expect(room?.byteOffset).toBe(place.byteOffset + from);
    room?.set(piece);
    call.hear({ kind: 'data', call: 1, payload: room ?? piece });
  }
  await filled;
  expect(place.equals(bytes)).toBe(true);
  expect(call.roomFor('data', 1)).toBeUndefined();
});

test('a helper that sends more than the place holds, or something else, fills nothing', async () => {
  const longer = begin();
  const filled = longer.call.fill(Buffer.alloc(10));
  expect(longer.call.roomFor('data', 11)).toBeUndefined();
  longer.hear('data', Buffer.alloc(11));
  await expect(filled).rejects.toMatchObject({ code: 'helper_lost' });
  const other = begin();
  other.hear('item', '{}');
  await expect(other.call.fill(Buffer.alloc(10))).rejects.toMatchObject({ code: 'helper_lost' });
});
