import { expect, test } from 'vitest';
import { keptChunkBytes } from '../../../../contract/agent/kept-output.ts';
import { StoredOutput } from '../../../../lambdas/core/commands/kept/stored-output.ts';
import { commandId, reportOf } from '../../../support/agent/command-samples.ts';
import { FakeKeptOutputs } from '../../../support/fakes/fake-kept-outputs.ts';

const command = { userId: 'ann', sandboxId: 'sbx_1', commandId: commandId() };
const bytes = Buffer.from(Array.from({ length: keptChunkBytes + 1_000 }, (_, at) => (at * 7) % 256));

async function find({ from = 0, keeps = true, isStored = true } = {}) {
  const outputs = new FakeKeptOutputs();
  if (isStored) outputs.put(command.commandId, bytes.subarray(from), from);
  const told = { head: bytes.toString('latin1', 0, 10), tail: '' };
  const report = { ...reportOf({}, { head: 'x'.repeat(10) }), stdout_bytes: bytes.length };
  const stdout = {
    head: Buffer.from(told.head, 'latin1').toString('base64'),
    tail: bytes.subarray(-10).toString('base64'),
  };
  const stored = await StoredOutput.find(outputs, command, { ...report, stdout, ...(keeps && { keep_output: true }) });
  return { outputs, stored };
}

const read = (stored: StoredOutput, offset: number, limit = 100) => stored.read({ stream: 'stdout', offset, limit });

test('every byte of a stored output is read from any offset', async () => {
  const { stored } = await find();
  for (const offset of [0, 5, 4_000, keptChunkBytes - 10, keptChunkBytes, bytes.length - 3]) {
    const found = await read(stored, offset);
    expect(found.offset).toBe(offset);
    expect(found.data.length).toBeGreaterThan(0);
    expect(Buffer.from(found.data).equals(bytes.subarray(offset, offset + found.data.length))).toBe(true);
  }
  expect((await read(stored, bytes.length)).data).toHaveLength(0);
});

test('as events it comes whole, each byte once, and its outcome last', async () => {
  const { stored } = await find();
  const pieces: Uint8Array[] = [];
  let last = '';
  for await (const event of stored.events({ stdout: 3 })) {
    last = event.kind;
    if (event.kind === 'stdout') pieces.push(event.data);
  }
  expect(Buffer.concat(pieces).equals(bytes.subarray(3))).toBe(true);
  expect(last).toBe('finished');
});

test('before where it begins there is what was reported, and then the gap is told', async () => {
  const { stored } = await find({ from: 5_000 });
  expect(Buffer.from((await read(stored, 0)).data)).toEqual(bytes.subarray(0, 10));
  expect((await read(stored, 10)).offset).toBe(5_000);
});

test('where storage has nothing, what was reported is what there is', async () => {
  const { stored } = await find({ isStored: false });
  expect(await read(stored, 10)).toMatchObject({ offset: bytes.length - 10 });
});

test('storage is not asked for a command that was not to keep its output', async () => {
  const { stored, outputs } = await find({ keeps: false });
  await read(stored, 0);
  expect(outputs.asked).toBe(0);
});
