import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HomeRepository } from '../../../containers/agent/home/home-repository.ts';
import { noHome } from '../../../containers/agent/home/home-state.ts';
import { commitHome } from '../../../containers/agent/home/save/commit-home.ts';

/** The commit of an empty home whose blobs are under way, and what it has put by now. */
function commitBeside(stored: Promise<void>) {
  const put: string[] = [];
  const storage = {
    get: async () => undefined,
    put: async (key: string) => {
      put.push(key.replace(/ckp_.*/, ''));
      return 'etag';
    },
  };
  const committed = commitHome(new Map(), noHome, false, {
    repository: new HomeRepository(storage, 'ada'),
    sandboxId: `sbx_${'0'.repeat(26)}`,
    keep: { newest: 20, days: 30 },
    cause: 'asked',
    partial: false,
    stored,
    now: () => 0,
    signal: new AbortController().signal,
  });
  return { put, committed };
}

test('a manifest is put beside the blobs that it names, and the head only once they are stored', async () => {
  const { promise: stored, resolve } = Promise.withResolvers<void>();
  const { put, committed } = commitBeside(stored);
  while (put.length === 0) await setImmediate();
  await setImmediate();
  expect(put).toEqual(['users/ada/home/manifests/']);
  resolve();
  await committed;
  expect(put).toEqual(['users/ada/home/manifests/', 'users/ada/home/head.json']);
});

test('a blob that could not be stored leaves the home as it was', async () => {
  const { put, committed } = commitBeside(Promise.reject(new Error('storage is away')));
  await expect(committed).rejects.toThrow('storage is away');
  expect(put).not.toContain('users/ada/home/head.json');
});
