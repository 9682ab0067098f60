import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { nextChunk } from '../../../../client/cli/interact/next-chunk.ts';

const never = new AbortController().signal;
const textOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

test('what has come in meanwhile is one piece, and the end is told', async () => {
  const input = new PassThrough();
  const first = nextChunk(input, never);
  input.write('a');
  expect(textOf(await first)).toBe('a');
  input.write('b');
  input.write('c');
  input.end();
  expect(textOf(await nextChunk(input, never))).toBe('bc');
  expect(await nextChunk(input, never)).toBeUndefined();
  expect(await nextChunk(input, never)).toBeUndefined();
});

test('waiting ends with the signal’s reason, and listens no more', async () => {
  const input = new PassThrough();
  const controller = new AbortController();
  const waiting = nextChunk(input, controller.signal);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(input.listenerCount('readable')).toBe(0);
});

test('a stream that breaks says how', async () => {
  const input = new PassThrough();
  const waiting = nextChunk(input, never);
  const broken = new Error('broken');
  input.destroy(broken);
  await expect(waiting).rejects.toBe(broken);
});
