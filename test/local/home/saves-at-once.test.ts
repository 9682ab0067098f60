import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type HomeRig, type HomeSandbox, startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { asUser } from '../../support/agent/home-trees.ts';

const { signal } = unlimited;

async function forked(rig: HomeRig): Promise<HomeSandbox> {
  const sandbox = await rig.sandbox();
  await sandbox.home.restore(signal);
  return sandbox;
}

test('of sandboxes that save at the same moment each finds its work, and all versions of what they share, in the home', async () => {
  await using rig = await startHomeRig();
  await using first = await forked(rig);
  await asUser(first.folder, 'echo base > shared');
  await first.home.save(unlimited);
  await using all = new AsyncDisposableStack();
  const sandboxes = await Promise.all([1, 2, 3, 4].map(async () => all.use(await forked(rig))));
  await Promise.all(
    sandboxes.map(async ({ folder, home }, n) => {
      await asUser(folder, `echo ${n} > of-${n}; echo ${n} > shared`);
      await home.save(unlimited);
    }),
  );
  await using after = await forked(rig);
  const names = await readdir(after.folder);
  expect(names).toEqual(expect.arrayContaining(['of-0', 'of-1', 'of-2', 'of-3', 'shared']));
  const versions = names.filter((name) => name.startsWith('shared'));
  const contents = await Promise.all(versions.map((name) => readFile(join(after.folder, name), 'utf8')));
  expect(contents.sort()).toEqual(['0\n', '1\n', '2\n', '3\n']);
});
