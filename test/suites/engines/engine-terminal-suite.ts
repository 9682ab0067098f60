import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, Machine } from '../../../local/engines/engine.ts';
import { createMachineHost, gather, type MachineHost, startIdle } from '../../support/machines/machine-fixture.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** What every engine promises of terminals. */
export function engineTerminalSuite(name: string, create: (host: MachineHost) => Engine, enabled = true): void {
  describe.runIf(enabled)(name, () => {
    let host: MachineHost;
    let engine: Engine;
    let machine: Machine & AsyncDisposable;
    beforeAll(async () => {
      host = await createMachineHost();
      engine = create(host);
      machine = await startIdle(engine, host, { environment: { GREETING: "it's $HOME" } });
    });
    afterAll(async () => {
      await machine[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
    });

    const shell = (script: string) => machine.openTerminal(['/bin/sh', '-c', script]);

    test('a command gets a terminal, the machine, its environment and nothing else of the host', async () => {
      const terminal = shell(
        'test -t 0 && test -t 1 && echo tty; pwd; echo $GREETING; echo $TERM; ls -x /proc/self/fd',
      );
      const output = gather(terminal);
      expect(await terminal.exited).toEqual({ exitCode: 0, signal: 0 });
      expect(output.bytes().toString()).toMatch(/^tty\r\n\/\r\nit's \$HOME\r\nxterm-256color\r\n0 +1 +2 +3\r\n$/);
    });

    test('a command runs as the root of the machine, with no more capabilities than its first process', async () => {
      const terminal = shell('id -u; grep ^Cap /proc/self/status; exit 3');
      const output = gather(terminal);
      expect(await terminal.exited).toEqual({ exitCode: 3, signal: 0 });
      expect(output.bytes().toString().replaceAll('\r', '')).toBe(
        '0\nCapInh:\t0000000000000000\nCapPrm:\t00000000000001e0\nCapEff:\t00000000000001e0\n' +
          'CapBnd:\t00000000000001e0\nCapAmb:\t0000000000000000\n',
      );
    });

    test('arguments reach a command as they are', async () => {
      const terminal = machine.openTerminal(['/usr/bin/printf', '%s|', "it's", '$HOME', '', '*']);
      const output = gather(terminal);
      await terminal.exited;
      expect(output.bytes().toString()).toBe("it's|$HOME||*|");
    });

    test('every byte survives in both directions once the terminal is raw', async () => {
      const terminal = shell('stty raw -echo; echo ready; head -c 65536');
      const output = gather(terminal);
      await output.until('ready\n');
      const bytes = Buffer.concat([randomBytes(65_280), Buffer.from(Array.from({ length: 256 }, (_, i) => i))]);
      terminal.write(bytes);
      await terminal.exited;
      expect(sha256(output.bytes().subarray('ready\n'.length))).toBe(sha256(bytes));
    });

    test('input that nobody reads is kept, pushes back, and holds up nothing else', async () => {
      const terminal = shell(
        'stty raw -echo; echo ready; while [ ! -e /tmp/read-now ]; do sleep 0.02; done; head -c 1000000 | sha256sum',
      );
      const output = gather(terminal);
      await output.until('ready\n');
      // Engines may wait for more after a control character.
      const bytes = Buffer.concat([randomBytes(999_999), Buffer.from('.')]);
      let sent = 0;
      const send = () => {
        while (sent < bytes.length) {
          const chunk = bytes.subarray(sent, sent + 16_384);
          sent += chunk.length;
          if (!terminal.write(chunk)) return true;
        }
        return false;
      };
      expect(send()).toBe(true);
      await sleep(50);
      expect(sent).toBeLessThan(bytes.length);
      // Another terminal of the same machine isn't held up.
      expect(await shell('touch /tmp/read-now').exited).toMatchObject({ exitCode: 0 });
      await terminal.drained();
      while (send()) await terminal.drained();
      expect(await terminal.exited).toEqual({ exitCode: 0, signal: 0 });
      expect(output.bytes().toString()).toContain(sha256(bytes));
    });

    test('a command that ends at once loses nothing of what it printed, however late it is read', async () => {
      const terminal = shell('stty -opost; head -c 60000 /dev/zero; printf end');
      const output = gather(terminal);
      terminal.pause();
      await sleep(600);
      expect(output.bytes().length).toBe(0);
      terminal.resume();
      expect(await terminal.exited).toEqual({ exitCode: 0, signal: 0 });
      expect(output.bytes().length).toBe(60_003);
    });

    test('a command that prints without end can be killed though nobody reads, early or late', async () => {
      const terminals = [0, 1, 5, 20, 60, 100, 200, 400].map(async (afterMs) => {
        const terminal = shell('trap "" HUP; exec yes');
        terminal.onData(() => {});
        terminal.pause();
        await sleep(afterMs);
        terminal.kill();
        expect(await terminal.exited).toEqual({ exitCode: 0, signal: 9 });
      });
      await Promise.all(terminals);
    });

    test('kill ends a command that ignores every signal it can', async () => {
      const terminal = shell('trap "" HUP INT TERM; echo up; while :; do sleep 0.05; done');
      await gather(terminal).until('up');
      terminal.kill();
      expect(await terminal.exited).toMatchObject({ signal: 9 });
      expect(terminal.write(Buffer.from('late'))).toBe(true);
      await terminal.drained();
      terminal.resize(10, 10);
      terminal.kill();
    });

    test('the size is 80 by 24 until it is changed', async () => {
      const terminal = shell('stty size; read line; stty size');
      const output = gather(terminal);
      await output.until('24 80');
      terminal.resize(132, 43);
      terminal.write(Buffer.from('\r'));
      await terminal.exited;
      expect(output.bytes().toString()).toContain('43 132');
    });

    test('an ended terminal leaves no descriptor', async () => {
      const before = readdirSync('/proc/self/fd').length;
      await Promise.all([1, 2, 3].map(() => shell('exit').exited));
      expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
    });

    test('a command that can not be found ends with 127', async () => {
      const terminal = machine.openTerminal(['/no/such/program']);
      const output = gather(terminal);
      expect(await terminal.exited).toEqual({ exitCode: 127, signal: 0 });
      expect(output.bytes().toString()).toContain('/no/such/program');
    });

    test('terminals end with their machine, and an ended machine opens none', async () => {
      await using short = await startIdle(engine, host);
      const terminal = short.openTerminal(['/bin/sh', '-c', 'trap "" HUP; echo up; sleep 600']);
      await gather(terminal).until('up');
      short.signal('SIGKILL');
      await short.exited;
      expect(await terminal.exited).toMatchObject({ signal: 9 });
      expect(() => short.openTerminal(['/bin/true'])).toThrow(expect.objectContaining({ code: 'machine_ended' }));
    });

    test('fails when there is no program to run', () => {
      expect(() => machine.openTerminal([])).toThrow(/^argv is \[\], expected a program/);
      expect(() => machine.openTerminal(['A=1', 'sh'])).toThrow(/^argv\[0\] is "A=1"/);
    });
  });
}
