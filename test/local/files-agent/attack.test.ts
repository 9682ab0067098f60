import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type AgentMachine, startAgent } from '../../support/agent/agent-machine.ts';
import { fileCalls, helpersOf } from '../../support/agent/file-calls.ts';

// Nothing of the agent's own, and nothing of root's, may be seen or changed through the files of a user who swaps what is
// under the agent's hands all the time.

const secret = 'only root may read this';

interface Plant {
  readonly folder: string;
  /** What it holds, names, modes and contents. */
  state(): string;
}

/** Files of root's beside the user's home: some to be read, some to be changed. */
async function plant(machine: AgentMachine): Promise<Plant> {
  const folder = join(dirname(machine.home), 'roots');
  await mkdir(folder, { mode: 0o755 });
  await writeFile(join(folder, 'secret'), secret, { mode: 0o600 });
  await writeFile(join(folder, 'shown'), 'root alone may change this', { mode: 0o644 });
  await mkdir(join(folder, 'closed'), { mode: 0o700 });
  await writeFile(join(folder, 'closed/secret'), secret);
  const paths = ['', 'secret', 'shown', 'closed', 'closed/secret'].map((name) => join(folder, name));
  const describe = (path: string) => {
    const { mode, uid, size, mtimeMs, isFile } = { ...statSync(path), isFile: statSync(path).isFile() };
    return [path, mode, uid, size, mtimeMs, isFile ? readFileSync(path, 'utf8') : ''].join(' ');
  };
  return { folder, state: () => createHash('sha256').update(paths.map(describe).join('\n')).digest('hex') };
}

// Each of the user's names is a file, a folder, and a link to one of root's, in turn, as fast as can be.
const swap = (roots: string, home: string, agent: string) => `
cd ${home}; mkdir -p mine/d; echo mine > mine/f; echo mine > mine/d/f
for target in ${roots}/secret ${roots}/shown ${roots}/closed ${roots} ${agent} /etc/shadow /proc/1/root /proc/self/mem; do
  ( while :; do
    for name in a b c d; do
      ln -sfn $target t-$BASHPID; mv -Tf t-$BASHPID $name 2>/dev/null || rm -rf $name
      rm -rf $name; mkdir -p $name/x; ln -sfn $target $name/x/l; echo mine > $name/f 2>/dev/null
      rm -rf $name; echo mine > $name 2>/dev/null
      rm -f $name; mkfifo $name 2>/dev/null; rm -f $name; ln $target $name 2>/dev/null
    done
  done ) & 
done
wait`;

test('M2: whoever swaps links and races every operation gains nothing of root’s', { timeout: 120_000 }, async () => {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  const roots = await plant(machine);
  const before = roots.state();
  const files = fileCalls(machine.http);
  const racing = machine.run({
    command: swap(roots.folder, machine.home, dirname(machine.channelSocket)),
    timeout_seconds: 12,
  });
  const seen: string[] = [];
  const names = [
    'a',
    'b',
    'c',
    'd',
    'a/x/l',
    'b/x/l',
    'a/x',
    'c/f',
    'd/x/l/secret',
    'a/secret',
    'b/closed/secret',
    'c/x/l/closed',
  ];
  let asked = 0;
  let answered = 0;
  const over = racing.then(() => true);
  const attack = async (n: number) => {
    for (let go = true; go; go = !(await Promise.race([over, Promise.resolve(false)]))) {
      const name = names[asked++ % names.length] ?? 'a';
      const calls = [
        () => files.read(name).then((bytes) => bytes.toString('latin1')),
        () => files.write(name, 'the user was here'),
        () => files.write(`${name}/below`, 'the user was here'),
        () => files.list(name, '&depth=9'),
        () => files.stat(name),
        () => files.ask('GET', `/files/hash?path=${name}`),
        () => files.ask('POST', '/files/chmod', { path: name, mode: '777' }),
        () => files.ask('POST', '/files/move', { from: { path: name }, to: { path: `moved-${n}` } }),
        () => files.ask('POST', '/files/move', { from: { path: 'mine/f' }, to: { path: name } }),
        () => files.ask('POST', '/files/mkdir', { path: `${name}/made`, mode: '777' }),
        () => files.remove(name),
        () => files.events('POST', '/files/search', { path: '.', text: 'root' }),
        () => files.ask('POST', '/files/batch', { files: [{ path: name, data: 'the user was here', mode: '666' }] }),
      ];
      try {
        seen.push(JSON.stringify(await calls[(asked + n) % calls.length]?.()) ?? '');
        answered++;
      } catch {
        // Whatever was there at the time, it was not to be had.
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, (_, n) => attack(n)));
  expect(asked).toBeGreaterThan(100);
  expect(answered).toBeGreaterThan(10);
  expect(roots.state()).toBe(before);
  expect(await readdir(roots.folder)).toEqual(['closed', 'secret', 'shown']);
  const all = seen.join('\n');
  expect(all).not.toContain(secret);
  expect(all).not.toContain('agent.sock');
  expect(all).not.toContain(readFileSync('/etc/shadow', 'utf8').slice(0, 40));
});

test('H8: the helper is the user, with no privilege, no environment and no way to the agent', async () => {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  await fileCalls(machine.http).list('.');
  const [pid] = helpersOf(dirname(machine.home));
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
  expect(status).toMatch(/^Gid:\t1000\t1000\t1000\t1000$/m);
  expect(status).toMatch(/^Groups:\t\d{5} $/m);
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    expect(status).toMatch(new RegExp(`^${set}:\\t0{16}$`, 'm'));
  expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('PWD=/\0');
  expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('500');
  const sockets = await readdir(`/proc/${pid}/fd`);
  // Its pipes, /dev/null, and what Node itself opens.
  expect(sockets.length).toBeLessThan(30);
  await expect(stat(machine.channelSocket)).resolves.toMatchObject({ uid: 0 });
  await expect(fileCalls(machine.http).list(dirname(machine.channelSocket))).rejects.toMatchObject({
    code: 'permission_denied',
  });
});

test('M2: a tree that is removed while links are swapped in takes nothing with it that a link leads to', {
  timeout: 60_000,
}, async () => {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  const files = fileCalls(machine.http);
  await files.write('precious/file', 'kept');
  const racing = machine.run({
    command: `mkdir -p tree; while :; do rm -rf tree/s; ln -sfn ~/precious tree/s 2>/dev/null; rm -rf tree/s; mkdir -p tree/s/deeper 2>/dev/null; done`,
    timeout_seconds: 4,
  });
  let removals = 0;
  const over = racing.then(() => true);
  while (!(await Promise.race([over, Promise.resolve(false)]))) {
    await files.remove('tree').catch(() => {});
    removals++;
  }
  expect(removals).toBeGreaterThan(10);
  expect((await files.read('precious/file')).toString()).toBe('kept');
});
