import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { asUser, describeHome } from '../../support/agent/home-trees.ts';

const signal = unlimited.signal;

const everything = `
  mkdir -p project/src empty 'with space' deep/a/b/c
  echo 'hello' > project/src/main.ts
  head -c 20000000 /dev/urandom > large.bin
  head -c 3000000 /dev/zero > zeros.bin
  : > nothing
  ln -s project/src/main.ts link
  ln -s /nowhere/at/all dangling
  ln project/src/main.ts hard
  printf x > $'\\xff\\xfe not text'
  printf y > $'new\\nline'
  chmod 755 project/src/main.ts; chmod 600 large.bin; chmod 4711 nothing
  for i in $(seq 300); do echo "file $i" > deep/a/$i.txt; done
  chmod 500 deep/a/b
  touch -d '2001-02-03 04:05:06.789012345' project/src/main.ts empty deep
  mkdir -p .cache/pip && echo waste > .cache/pip/x`;

test('M10: a home is restored elsewhere as it was: contents, modes, times, links, empty folders and any bytes in names', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(one.folder, everything);
  const { summary, changed } = await one.home.save(unlimited);
  expect(changed).toBe(true);
  expect(summary).toMatchObject({ files: 307, partial: false, cause: 'asked' });
  await using other = await rig.sandbox();
  await other.home.restore(signal);
  await rm(join(one.folder, '.cache'), { recursive: true });
  expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
  expect(other.home.report).toMatchObject({ restored_files: 307, checkpoint_id: summary.checkpoint_id, fault: null });
  // What is as it was restored makes no checkpoint.
  expect(await other.home.save(unlimited)).toEqual({ summary, changed: false });
});

test('M10: what was removed stays removed, and what changed is the newer one', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(one.folder, 'mkdir d; echo 1 > d/a; echo 1 > d/b; echo 1 > c');
  await one.home.save(unlimited);
  await asUser(one.folder, 'rm d/a c; echo 2 > d/b; echo 3 > e');
  await one.home.save(unlimited);
  await using other = await rig.sandbox();
  await asUser(other.folder, 'echo of-the-image > .bashrc');
  await other.home.restore(signal);
  expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
});

test('a home is begun from any checkpoint that is kept, and from no other', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(one.folder, 'echo 1 > a');
  const { summary } = await one.home.save(unlimited);
  const first = await describeHome(one.folder);
  await asUser(one.folder, 'echo 2 > a');
  await one.home.save(unlimited);
  await using older = await rig.sandbox({ order: { from: summary.checkpoint_id } });
  await older.home.restore(signal);
  expect(await describeHome(older.folder)).toEqual(first);
  await using none = await rig.sandbox({ order: { from: `ckp_${'0'.repeat(26)}` } });
  await expect(none.home.restore(signal)).rejects.toMatchObject({ code: 'checkpoint_not_found' });
  await expect(none.home.save(unlimited)).rejects.toMatchObject({ code: 'internal' });
});

test('rules leave out what is made anew, and the home’s own rules decide beyond them', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(
    one.folder,
    `printf '%s\\n' '*.log' '!keep.log' '!/.cache/' > .matrxignore
    mkdir -p .cache .npm/_cacache node_modules/x; echo a > .cache/a; echo b > .npm/_cacache/b; echo c > node_modules/x/c
    echo d > d.log; echo e > keep.log; mkfifo fifo`,
  );
  await one.home.save(unlimited);
  await using other = await rig.sandbox();
  await other.home.restore(signal);
  const names = (await describeHome(other.folder)).map((line) => line.split(' ')[0]);
  expect(names).toEqual([
    '.cache',
    '.cache/a',
    '.matrxignore',
    '.npm',
    'keep.log',
    'node_modules',
    'node_modules/x',
    'node_modules/x/c',
  ]);
});

test('two sandboxes of one user lose nothing of each other', async () => {
  await using rig = await startHomeRig();
  await using first = await rig.sandbox();
  await first.home.restore(signal);
  await asUser(first.folder, 'mkdir d; echo base > both; echo base > d/gone; echo base > d/kept; echo base > mine');
  await first.home.save(unlimited);
  await using one = await rig.sandbox();
  await using two = await rig.sandbox();
  await one.home.restore(signal);
  await two.home.restore(signal);
  await asUser(one.folder, 'echo one > both; rm -r d; echo new > of-one');
  await asUser(two.folder, 'echo two > both; echo two > d/kept; echo new > of-two; echo two > mine');
  await one.home.save(unlimited);
  await two.home.save(unlimited);
  await asUser(two.folder, 'echo again > of-two');
  await two.home.save(unlimited);
  await using after = await rig.sandbox();
  await after.home.restore(signal);
  const { stdout } = await asUser(after.folder, 'for f in $(find . -type f | sort); do echo $f $(cat $f); done');
  const lines = stdout.trim().split('\n');
  expect(lines.filter((line) => !line.includes('conflict'))).toEqual([
    './both one',
    './d/kept two',
    './mine two',
    './of-one new',
    './of-two again',
  ]);
  expect(lines.filter((line) => line.includes('conflict'))).toEqual([
    expect.stringMatching(new RegExp(`^./both\\.conflict-${two.id.slice(-6)}-\\w+ two$`)),
  ]);
});

test('a file that nobody but root can read is told, and the rest is saved', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(one.folder, 'echo a > a');
  await writeFile(join(one.folder, 'of-root'), 'x', { mode: 0o600 });
  expect((await one.home.save(unlimited)).summary).toMatchObject({ files: 1 });
  expect(one.home.report).toMatchObject({ unreadable: 1, fault: null });
});
