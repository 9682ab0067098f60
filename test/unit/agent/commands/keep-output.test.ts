import { expect, test } from 'vitest';
import { keepOutput } from '../../../../containers/agent/kept/keep-output.ts';
import { KeptOutput, keptChunkBytes, keptOutputKeys } from '../../../../contract/agent/kept-output.ts';

const keys = keptOutputKeys('ann', 'sbx_1', 'cmd_1');
const bytes = Buffer.from(Array.from({ length: keptChunkBytes * 2 + 100 }, (_, at) => (at * 31) % 251));

/** A spool that has these bytes from an offset on; each read may make it drop some. */
function spoolOf(data: Buffer, from = 0, onRead: (drop: (offset: number) => void) => void = () => undefined) {
  let firstAvailable = from;
  return {
    get firstAvailable() {
      return firstAvailable;
    },
    async read(offset: number, most: number) {
      onRead((dropped) => {
        firstAvailable = dropped;
      });
      const at = Math.max(offset, firstAvailable);
      return at >= data.length ? undefined : { offset: at, data: data.subarray(at, at + most) };
    },
  };
}

const nothing = spoolOf(Buffer.alloc(0));

/** Everything that was put, and the index read back. */
async function keep(stdout: ReturnType<typeof spoolOf>) {
  const objects = new Map<string, Buffer>();
  await keepOutput({ stdout, stderr: nothing }, keys, async (key, body) => void objects.set(key, Buffer.from(body)));
  const index = KeptOutput.parse(JSON.parse(objects.get(keys.index)?.toString() ?? ''));
  const { from, to } = index.stdout;
  const chunks = Array.from({ length: Math.ceil((to - from) / keptChunkBytes) }, (_, number) =>
    objects.get(keys.chunk('stdout', number)),
  );
  return { index, whole: Buffer.concat(chunks.map((chunk) => chunk ?? Buffer.from('missing'))), objects };
}

test('an output is put chunk by chunk, and its index comes last', async () => {
  const { index, whole, objects } = await keep(spoolOf(bytes));
  expect(index).toEqual({ stdout: { from: 0, to: bytes.length }, stderr: { from: 0, to: 0 } });
  expect(whole.equals(bytes)).toBe(true);
  expect([...objects.keys()].at(-1)).toBe(keys.index);
});

test('what the spool had dropped before is left out', async () => {
  const { index, whole } = await keep(spoolOf(bytes, 1_000));
  expect(index.stdout).toEqual({ from: 1_000, to: bytes.length });
  expect(whole.equals(bytes.subarray(1_000))).toBe(true);
});

test('what the spool drops meanwhile makes it begin anew, so that nothing is missing between', async () => {
  let reads = 0;
  const dropped = keptChunkBytes + 5_000_000;
  const { index, whole } = await keep(
    spoolOf(Buffer.concat([bytes, bytes]), 0, (drop) => {
      if (++reads === 20) drop(dropped);
    }),
  );
  expect(index.stdout).toEqual({ from: dropped, to: bytes.length * 2 });
  expect(whole.equals(Buffer.concat([bytes, bytes]).subarray(dropped))).toBe(true);
});

test('nothing is said to be kept when a part of it was refused', async () => {
  const put: string[] = [];
  const refuse = async (key: string) => {
    if (key.endsWith('/1')) throw new Error('refused');
    put.push(key);
  };
  await expect(keepOutput({ stdout: spoolOf(bytes), stderr: nothing }, keys, refuse)).rejects.toThrow('refused');
  expect(put).not.toContain(keys.index);
});
