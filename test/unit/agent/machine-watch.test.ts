import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MachineWatch } from '../../../containers/agent/reports/machine/machine-watch.ts';
import { MachineFigures } from '../../../contract/api/agent-reports.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

/** A machine's kernel files, as a test writes them. */
async function playMachine() {
  const root = await mkdtemp(join(tmpdir(), 'matrx-figures-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const clock = new ManualClock();
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
  };
  write({ 'proc/1/stat': '', 'proc/1/statm': '', 'proc/meminfo': '' });
  const watch = () =>
    new MachineWatch({ clock, home: root, procFolder: join(root, 'proc'), cgroupFolder: join(root, 'cgroup') });
  return { root, clock, write, watch };
}

const stat = (pid: number, name: string, own: number, childrens: number) =>
  `${pid} (${name}) S 1 1 1 0 -1 4194304 100 0 0 0 ${own} 0 ${childrens} 0 20 0 1 0 100 1000 100 0`;

test('CPU and memory are those of the control group, and are looked at once a minute', async () => {
  const { clock, write, watch } = await playMachine();
  const usage = (usec: number) =>
    write({
      'cgroup/cpu.stat': `usage_usec ${usec}\nuser_usec 1\n`,
      'cgroup/memory.current': '3000\n',
      'cgroup/memory.stat': 'anon 1\ninactive_file 1000\n',
    });
  usage(0);
  const machine = watch();
  clock.pass(1_000);
  usage(500_000);
  expect(machine.read()).toEqual({ cpu: 0.5, memory_bytes: 2_000, disk_bytes: expect.any(Number), processes: 1 });
  clock.pass(59_000);
  expect(machine.read()).toBeUndefined();
  clock.pass(1_000);
  usage(120_500_000);
  expect(machine.read()).toMatchObject({ cpu: 2 });
});

test('the older kind of control group is read too', async () => {
  const { clock, write, watch } = await playMachine();
  write({ 'cgroup/cpuacct/cpuacct.usage': '0\n', 'cgroup/memory/memory.usage_in_bytes': '77\n' });
  const machine = watch();
  clock.pass(2_000);
  write({ 'cgroup/cpuacct/cpuacct.usage': '1000000000\n' });
  expect(machine.read()).toMatchObject({ cpu: 0.5, memory_bytes: 77 });
});

test('without a control group processes are summed, and one that calls itself by another’s fields deceives nobody', async () => {
  const { root, clock, write, watch } = await playMachine();
  write({ 'proc/1/stat': stat(1, 'init', 0, 0), 'proc/1/statm': '100 30 10 0 0 0 0' });
  const machine = watch();
  clock.pass(10_000);
  write({
    'proc/1/stat': stat(1, 'init', 100, 200),
    'proc/7/stat': stat(7, 'x) S 9 9 9 9 9', 700, 0),
    'proc/7/statm': '100 5 5 0 0 0 0',
  });
  expect(machine.read()).toMatchObject({ cpu: 1, memory_bytes: 20 * 4_096, processes: 2 });
  // Time that nobody waited for goes with its process: that is nothing, and not less than nothing.
  rmSync(join(root, 'proc/7'), { recursive: true });
  clock.pass(60_000);
  expect(machine.read()).toMatchObject({ cpu: 0, processes: 1 });
});

test('figures of this very machine are as the contract has them', () => {
  const clock = new ManualClock();
  const machine = new MachineWatch({ clock, home: tmpdir() });
  clock.pass(1_000);
  const figures = MachineFigures.parse(machine.read());
  expect(figures.processes).toBeGreaterThan(0);
  expect(figures.memory_bytes).toBeGreaterThan(0);
  expect(figures.disk_bytes).toBeGreaterThan(0);
});

test('a kernel whose files say nonsense gives figures all the same', async () => {
  const { clock, write, watch } = await playMachine();
  write({ 'cgroup/cpu.stat': 'usage_usec x\n', 'cgroup/memory.current': 'max\n', 'proc/1/stat': 'nothing' });
  const machine = watch();
  clock.pass(1_000);
  expect(MachineFigures.parse(machine.read())).toMatchObject({ cpu: 0, memory_bytes: 0, processes: 1 });
});
