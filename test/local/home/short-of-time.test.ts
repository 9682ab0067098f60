import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { asUser, describeHome } from '../../support/agent/home-trees.ts';

const { signal } = unlimited;

/** Ends a save early: once so many files have been stored. */
function hurryAfter(files: number) {
  const hurry = new AbortController();
  const onProgress = (done: number) => {
    if (done >= files) hurry.abort();
  };
  return { ...unlimited, hurry: hurry.signal, onProgress };
}

const manyLarge = 'for i in $(seq 20); do { echo $1; head -c 5000000 /dev/urandom; } > f$i; done';

test('a save that time runs out for commits what is stored, with the rest as it was, and nothing counts as removed', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(one.folder, `set -- old; ${manyLarge}; mkdir d; echo kept > d/gone-later`);
  await one.home.save(unlimited);
  const before = await describeHome(one.folder);
  await asUser(one.folder, `set -- new; ${manyLarge}; rm -r d`);
  const { summary } = await one.home.save(hurryAfter(1));
  const after = await describeHome(one.folder);
  expect(summary).toMatchObject({ partial: true, files: 21 });
  expect(one.home.report).toMatchObject({ partial: true, fault: null });
  await using other = await rig.sandbox();
  await other.home.restore(signal);
  const found = await describeHome(other.folder);
  const [old, fresh] = [before, after].map((lines) => found.filter((line) => isFile(line) && lines.includes(line)));
  expect(fresh?.length).toBeGreaterThan(0);
  expect(old?.length).toBeGreaterThan(1);
  expect([...(old ?? []), ...(fresh ?? [])].sort()).toEqual(found.filter(isFile).sort());
  expect(await readdir(join(other.folder, 'd'))).toEqual(['gone-later']);
});

test('what a save had no time for is in the next one, which stores nothing twice', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(one.folder, `set -- new; ${manyLarge}`);
  const { summary: first } = await one.home.save(hurryAfter(1));
  expect(first.files).toBeLessThan(20);
  let stored = 0;
  const { summary } = await one.home.save({ ...unlimited, onProgress: (files) => (stored = files) });
  expect(summary).toMatchObject({ partial: false, files: 20 });
  expect(stored).toBe(20 - first.files);
  await using other = await rig.sandbox();
  await other.home.restore(signal);
  expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
});

test('a save that is ended altogether leaves what was saved before', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(one.folder, 'echo 1 > a');
  await one.home.save(unlimited);
  await asUser(one.folder, `set -- new; ${manyLarge}`);
  const ended = new AbortController();
  const saving = one.home.save({ ...unlimited, onProgress: () => ended.abort(), signal: ended.signal });
  await expect(saving).rejects.toMatchObject({ code: 'time_ran_out' });
  await using other = await rig.sandbox();
  await other.home.restore(signal);
  expect(await readdir(other.folder)).toEqual(['a']);
});

const isFile = (line: string): boolean => /^f\d+ /.test(line);
