import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../../local/engines/engine.ts';
import {
  createMachineHost,
  gather,
  type MachineHost,
  runScript,
  startIdle,
} from '../../support/machines/machine-fixture.ts';

const maxProcesses = 48;
const hog = `/opt/matrx/bin/node -e "
  const kept = []; for (;;) kept.push(Buffer.alloc(8 << 20, 1))"`;

/** What every engine promises of memory, processes and CPU time. `create` is to allow a machine `maxProcesses`. */
export function engineLimitsSuite(
  name: string,
  create: (host: MachineHost, limits: { readonly maxProcesses: number }) => Engine,
  leftovers: (host: MachineHost) => readonly string[] | Promise<readonly string[]>,
  enabled = true,
): void {
  describe.runIf(enabled)(name, () => {
    let host: MachineHost;
    let engine: Engine;
    beforeAll(async () => {
      host = await createMachineHost();
      engine = create(host, { maxProcesses });
    });
    afterEach(async () => expect(await leftovers(host)).toEqual([]));
    afterAll(() => host[Symbol.asyncDispose]());

    test('a command that takes all memory is killed, and the machine says so', async () => {
      const exit = await runScript(engine, host, `exec ${hog}`, { memoryMb: 128 });
      expect(exit).toMatchObject({ exitCode: 137, outOfMemory: true });
    });

    test('a machine outlives a command that was killed for want of memory', async () => {
      const exit = await runScript(engine, host, `${hog}; echo $?; exit 0`, { memoryMb: 128 });
      expect(exit).toMatchObject({ exitCode: 0, outOfMemory: true, output: expect.stringContaining('137\n') });
    });

    test('what a terminal starts counts against the memory of the machine', async () => {
      await using machine = await startIdle(engine, host, { memoryMb: 128 });
      const terminal = machine.openTerminal(['/bin/sh', '-c', `${hog}; echo ended with $?`]);
      await gather(terminal).until('ended with 137');
      machine.signal('SIGKILL');
      expect(await machine.exited).toMatchObject({ outOfMemory: true });
    });

    test('a machine that was killed with memory to spare was not out of memory', async () => {
      expect(await runScript(engine, host, 'kill -9 $$')).toEqual({ exitCode: 137, outOfMemory: false, output: '' });
    });

    test('processes that multiply meet the limit of their machine, and another machine goes on', async () => {
      const count = `/opt/matrx/bin/node --v8-pool-size=1 -e "
      const { spawn } = require('node:child_process');
      let failed = 0, seen = 0;
      for (let i = 0; i < 200; i++) {
        const child = spawn('/bin/sleep', ['1'], { stdio: 'ignore' });
        child.on('error', () => { failed++; });
        if (child.pid) seen++;
      }
      setTimeout(() => { console.log(seen < ${maxProcesses}, failed > 100); process.exit(); }, 50)"`;
      expect((await runScript(engine, host, count)).output).toBe('true true\n');
      expect((await runScript(engine, host, 'echo fine')).output).toBe('fine\n');
    });

    test('a machine gets no more CPU time than its share', async () => {
      // Two busy loops would take far more than 60 ticks of 10 ms in a second of two cores, a tenth of a core gives 10.
      const script = `
      (while :; do :; done) & (while :; do :; done) & sleep 1
      cat /proc/[0-9]*/stat | awk '{ ticks += $14 + $15 } END { print (ticks < 60) }'`;
      expect((await runScript(engine, host, script, { cpu: 102 })).output).toBe('1\n');
    });
  });
}
