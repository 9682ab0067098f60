import { expect, test } from 'vitest';
import { KeptOutputs } from '../../../../containers/agent/kept/kept-outputs.ts';
import { keptOutputKeys } from '../../../../contract/agent/kept-output.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

type Kept = Parameters<KeptOutputs['add']>[0];

const commandOf = (id: string, text = ''): Kept => {
  const read = async (offset: number) =>
    offset < text.length ? { offset, data: Buffer.from(text.slice(offset)) } : undefined;
  const spool = { firstAvailable: 0, read };
  return { id, output: { stdout: spool, stderr: spool } } as unknown as Kept;
};

function outputsOf(put: (key: string, signal: AbortSignal) => Promise<string>) {
  const clock = new ManualClock();
  const failed: unknown[] = [];
  const log = { info: () => undefined, error: (_: string, __: unknown, fields?: object) => void failed.push(fields) };
  const owner = { user_id: 'ann', sandbox_id: 'sbx_1' };
  const storage = { put: (key: string, _: Buffer, signal: AbortSignal) => put(key, signal) };
  return { outputs: new KeptOutputs({ storage, owner, clock, log }), clock, failed };
}

const indexOf = (id: string) => keptOutputKeys('ann', 'sbx_1', id).index;

test('an output that storage refuses is told in the log, and those after it are kept', async () => {
  const keys: string[] = [];
  const { outputs, failed } = outputsOf(async (key) => {
    if (key.includes('cmd_1')) throw new Error('refused');
    keys.push(key);
    return 'etag';
  });
  outputs.add(commandOf('cmd_1', 'lost'));
  outputs.add(commandOf('cmd_2', 'kept'));
  await outputs.flush(1_000);
  expect(keys.at(-1)).toBe(indexOf('cmd_2'));
  expect(failed).toEqual([{ commandId: 'cmd_1' }]);
});

test('storage that never answers is not waited for longer than the end of the sandbox may take', async () => {
  const asked = Promise.withResolvers<void>();
  const { outputs, clock, failed } = outputsOf((_, signal) => {
    asked.resolve();
    return new Promise((_resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  });
  outputs.add(commandOf('cmd_1', 'x'));
  outputs.add(commandOf('cmd_2', 'y'));
  await asked.promise;
  const flushed = outputs.flush(20_000);
  clock.pass(20_000);
  await flushed;
  expect(failed).toEqual([{ commandId: 'cmd_1' }, { commandId: 'cmd_2' }]);
});
