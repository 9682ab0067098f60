import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../../local/engines/engine.ts';
import {
  createMachineHost,
  gather,
  type MachineHost,
  runScript,
  scriptSpec,
  startIdle,
} from '../../support/machines/machine-fixture.ts';

const asUser = 'setpriv --reuid 1000 --regid 1000 --groups 12345 --no-new-privs --bounding-set=-all --inh-caps=-all';

const statusOf = (output: string) =>
  Object.fromEntries([...output.matchAll(/^(\w+):\s*(.*?)\s*$/gm)].map((m) => m.slice(1)));

/** What every engine promises, tried on real machines. `leftovers` names what ended machines have left on the host. */
export function engineSuite(
  name: string,
  create: (host: MachineHost) => Engine,
  leftovers: (host: MachineHost) => readonly string[] | Promise<readonly string[]>,
  enabled = true,
): void {
  describe.runIf(enabled)(name, () => {
    let host: MachineHost;
    let engine: Engine;
    beforeAll(async () => {
      host = await createMachineHost();
      engine = create(host);
    });
    afterEach(async () => expect(await leftovers(host)).toEqual([]));
    afterAll(() => host[Symbol.asyncDispose]());

    test('a command prints, ends and is answered with its exit code', async () => {
      expect(await runScript(engine, host, 'echo out; echo err >&2; exit 7')).toEqual({
        exitCode: 7,
        outOfMemory: false,
        output: 'out\nerr\n',
      });
    });

    test('a command that a signal ended is answered as 128 and the signal', async () => {
      expect((await runScript(engine, host, 'kill -9 $$')).exitCode).toBe(137);
    });

    test('the environment is exactly the one given, whatever is in it', async () => {
      const odd = 'a \'b\' "c" $HOME `id` \\ \n ü $(id)';
      const { output } = await runScript(engine, host, '', {
        command: ['/usr/bin/env', '-0'],
        environment: { ODD: odd, 'NOT-A.NAME': '1' },
      });
      expect(output.split('\0')).toEqual(expect.arrayContaining([`ODD=${odd}`, 'NOT-A.NAME=1', 'HOME=/root']));
      expect(output).not.toContain('MACHINE_');
    });

    test('arguments reach the command as they are', async () => {
      const odd = ['', "it's", '$HOME', '-x', '`id`', 'a\nb', '\\'];
      const { output } = await runScript(engine, host, '', { command: ['/usr/bin/printf', '%s|', ...odd] });
      expect(output).toBe(`${odd.join('|')}|`);
    });

    test('SIGTERM reaches the command, which decides how to end', async () => {
      const log = Promise.withResolvers<void>();
      const script = 'trap "exit 5" TERM; echo up; while :; do sleep 0.05; done';
      const machine = await engine.start(scriptSpec(host, script, { onLog: () => log.resolve() }));
      await log.promise;
      machine.signal('SIGTERM');
      expect((await machine.exited).exitCode).toBe(5);
      machine.signal('SIGTERM');
    });

    test('SIGKILL ends a machine whose command ignores SIGTERM, and all its processes', async () => {
      const log = Promise.withResolvers<void>();
      const script = 'trap "" TERM; setsid sleep 600 & echo up; while :; do sleep 0.05; done';
      const machine = await engine.start(scriptSpec(host, script, { onLog: () => log.resolve() }));
      await log.promise;
      machine.signal('SIGTERM');
      machine.signal('SIGKILL');
      expect((await machine.exited).exitCode).toBe(137);
    });

    test('orphans are reaped', async () => {
      const script = `
        for i in 1 2 3 4 5; do (setsid sleep 0.05 &) ; done
        sleep 0.3
        for stat in /proc/[0-9]*/stat; do cut -d" " -f3 "$stat" 2>/dev/null; done | grep -c Z`;
      expect((await runScript(engine, host, script)).output).toBe('0\n');
    });

    test('root keeps KILL, SETGID, SETUID and SETPCAP and no other capability', async () => {
      const { output } = await runScript(engine, host, 'cat /proc/self/status; id -u');
      expect(statusOf(output)).toMatchObject({
        CapInh: '0000000000000000',
        CapPrm: '00000000000001e0',
        CapEff: '00000000000001e0',
        CapBnd: '00000000000001e0',
        CapAmb: '0000000000000000',
      });
      expect(output).toMatch(/\n0\n$/);
    });

    test('a command of the user has no capability, no way to one, and the group it is marked with', async () => {
      const { output } = await runScript(engine, host, `${asUser} cat /proc/self/status`);
      expect(statusOf(output)).toMatchObject({
        Uid: '1000\t1000\t1000\t1000',
        Gid: '1000\t1000\t1000\t1000',
        Groups: '12345',
        CapInh: '0000000000000000',
        CapPrm: '0000000000000000',
        CapEff: '0000000000000000',
        CapBnd: '0000000000000000',
        CapAmb: '0000000000000000',
        NoNewPrivs: '1',
      });
    });

    test('root ends the processes of users', async () => {
      const script = `${asUser} sleep 600 & sleep 0.1; kill -9 $!; wait $!; echo $?`;
      expect((await runScript(engine, host, script)).output).toMatch(/137\n$/);
    });

    test('a user has a home and temporary folders, and can write nowhere else', async () => {
      const script = `${asUser} sh -c '
        cd && pwd
        for folder in ~ /tmp /var/tmp /dev/shm / /etc /usr /opt/matrx /opt/matrx/bin /run /run/matrx /var/lib/matrx /root; do
          touch $folder/probe 2>/dev/null && echo wrote $folder
        done'`;
      const { output } = await runScript(engine, host, `export HOME=/home/agent; ${script}`);
      expect(output).toBe('/home/agent\nwrote /home/agent\nwrote /tmp\nwrote /var/tmp\nwrote /dev/shm\n');
    });

    test('the link is there for root and for nobody else', async () => {
      const connect = `/opt/matrx/bin/node -e "
        require('node:net').connect('/run/matrx/link.sock')
          .on('data', (text) => console.log(String(text))).on('error', (error) => console.log(error.code))"`;
      expect((await runScript(engine, host, connect)).output).toBe('hello from the link\n');
      expect((await runScript(engine, host, `${asUser} ${connect}`)).output).toBe('EACCES\n');
    });

    test('files given to a machine are for its root to read and for nobody to write', async () => {
      const path = '/opt/given here/settings.json';
      const script = `cat "${path}"; ${asUser} cat "${path}" 2>/dev/null || echo refused; echo x 2>/dev/null >>"${path}" || echo kept`;
      const { output } = await runScript(engine, host, script, { files: { [path]: '{"a":"$HOME"}\n' } });
      expect(output).toBe('{"a":"$HOME"}\nrefused\nkept\n');
      const outside = scriptSpec(host, 'exit', { files: { '/../outside': '' } });
      await expect(engine.start(outside)).rejects.toThrow(/^files is "\/\.\.\/outside", expected an absolute path/);
    });

    test('two machines see neither the processes nor the files nor the link of each other', async () => {
      await using other = await createMachineHost('hello from another link');
      await using idle = await startIdle(engine, host, { linkSocket: other.linkSocket });
      await idle.openTerminal(['/bin/touch', '/tmp/theirs', '/var/tmp/theirs', '/dev/shm/theirs']).exited;
      const script = `
        ls /proc | grep -c "^[0-9]" ; grep -ac "slee[p].600" /proc/[0-9]*/cmdline | grep -v ":0"
        ls -A /tmp /var/tmp /dev/shm
        /opt/matrx/bin/node -e "require('node:net').connect('/run/matrx/link.sock').pipe(process.stdout)"`;
      const { output } = await runScript(engine, host, script);
      expect(output).toMatch(/^[3-6]\n/);
      expect(output).not.toContain('cmdline');
      expect(output).not.toContain('theirs');
      expect(output).toMatch(/hello from the link$/);
    });

    test('the files of the host are out of sight', async () => {
      const script = `ls ${host.dataDir} ${host.parts.agentBundle} ${import.meta.filename} 2>&1; ls /home /root /mnt 2>&1`;
      const { output } = await runScript(engine, host, script);
      expect(output.match(/No such file/g)?.length).toBeGreaterThanOrEqual(3);
      expect(output).toContain('/home:\nagent\n');
    });

    test('a machine without network has loopback only, and the loopback of the host is another', async () => {
      const server = createServer((_, response) => response.end('host')).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const reach = `/opt/matrx/bin/node -e "fetch('http://127.0.0.1:${port}').then((r) => r.text(), (e) => e.cause.code).then(console.log)"`;
      const interfaces = 'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "';
      expect((await runScript(engine, host, `${interfaces}; ${reach}`)).output).toBe('lo\nECONNREFUSED\n');
      expect((await runScript(engine, host, reach, { network: 'host' })).output).toBe('host\n');
      server.close();
    });

    test('three machines run at once', async () => {
      const runs = [1, 2, 3].map((i) => runScript(engine, host, `echo ${i} >/tmp/x; sleep 0.2; cat /tmp/x; exit ${i}`));
      expect(await Promise.all(runs)).toMatchObject([1, 2, 3].map((i) => ({ exitCode: i, output: `${i}\n` })));
    });

    test('fails when a field breaks its rule, and names it', async () => {
      const refused = (changes: object) => engine.start(scriptSpec(host, 'exit', changes));
      await expect(refused({ id: '../../etc' })).rejects.toMatchObject({ code: 'invalid_spec' });
      await expect(refused({ id: '../../etc' })).rejects.toThrow(/^id is "\.\.\/\.\.\/etc", expected .* hexadecimal/);
      await expect(refused({ memoryMb: 0.5 })).rejects.toThrow(/^memoryMb is 0\.5, expected a whole number/);
      await expect(refused({ command: [] })).rejects.toThrow(/^command is \[\]/);
      await expect(refused({ environment: { 'A=B': '' } })).rejects.toThrow(/^environment is "A=B"/);
      await expect(refused({ environment: { A: 'secret\0' } })).rejects.toThrow(/^environment\.A (?!.*secret)/);
      await expect(refused({ linkSocket: host.parts.node })).rejects.toThrow(/^linkSocket is .* Unix socket/);
    });

    test('fails when the id is taken by a running machine, which goes on', async () => {
      await using idle = await startIdle(engine, host);
      await expect(startIdle(engine, host, { id: idle.id })).rejects.toMatchObject({ code: 'id_in_use' });
      const terminal = idle.openTerminal(['/bin/true']);
      expect(gather(terminal).bytes().length).toBe(0);
      expect(await terminal.exited).toEqual({ exitCode: 0, signal: 0 });
    });
  });
}
