import { expect, test } from 'vitest';
import { HomeRepository } from '../../../containers/agent/home/home-repository.ts';
import { homeLimits } from '../../../contract/home/limits.ts';
import type { Entry, Manifest } from '../../../contract/home/manifest.ts';

const { signal } = new AbortController();

function begin() {
  const keys: string[] = [];
  const put = async (key: string) => {
    keys.push(key);
    return 'etag';
  };
  return { keys, repository: new HomeRepository({ get: async () => undefined, put }, 'ada') };
}

const manifestWith = (entries: Entry[]): Manifest => ({
  version: 1,
  checkpoint_id: `ckp_${'0'.repeat(26)}`,
  saved_at: new Date(0).toISOString(),
  sandbox_id: `sbx_${'0'.repeat(26)}`,
  cause: 'asked',
  partial: false,
  files: 0,
  bytes: 0,
  parent: null,
  blobs: [],
  entries,
});

const common = { mode: 0o755, mtime_us: 0 };

test.for([
  [
    'two homes merged to more than one may have',
    Array.from({ length: homeLimits.entries + 1 }, (_, n): Entry => ({ type: 'directory', path: `${n}`, ...common })),
  ],
  [
    'names that together are too long',
    [{ type: 'symlink', path: 'a', target: 'x'.repeat(homeLimits.manifestRawBytes), ...common } satisfies Entry],
  ],
] as const)('a manifest that could not be read again is never put: %s', async ([, entries]) => {
  const { keys, repository } = begin();
  await expect(repository.putManifest(manifestWith([...entries]), signal)).rejects.toMatchObject({
    name: 'HomeFault',
    code: 'too_many_entries',
  });
  expect(keys).toEqual([]);
  await repository.putManifest(manifestWith(entries.slice(0, 1).map((entry) => ({ ...entry, target: 'x' }))), signal);
  expect(keys).toHaveLength(1);
});
