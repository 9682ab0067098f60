import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, Machine } from '../../../local/engines/engine.ts';
import {
  createMachineHost,
  gather,
  type MachineHost,
  runScript,
  startIdle,
} from '../../support/machines/machine-fixture.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../../support/inside', name), 'utf8');
const waysOut = read('try-ways-out.bash');
const kernelDoors = read('kernel-doors.pl');

const asUser = 'setpriv --reuid 1000 --regid 1000 --groups 12345 --no-new-privs --bounding-set=-all --inh-caps=-all';

/** What root may do inside its own machine, and what shows that the attempts succeed where nothing is in their way. */
const rootsOwn = ['root-environment', 'root-memory', 'root-descriptors', 'kill-root', 'link', 'spool', 'become-root'];

/** The names of what a script's output says is open. */
const openOnes = (output: string) =>
  output
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith(' closed'))
    .map((line) => line.split(' ', 1)[0]);

const tried = (output: string) => output.split('\n').filter((line) => / (open|closed)/.test(line)).length;

/** An abstract socket and a loopback port of this host, as a service of its own would have. */
async function listenOnHost(name: string): Promise<{ readonly port: number; close(): void }> {
  const servers: Server[] = [createServer(), createServer()];
  const [abstract, loopback] = servers;
  abstract?.listen(`\0${name}`);
  loopback?.listen(0, '127.0.0.1');
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const address = loopback?.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

/** A machine with something of each kind that another one might see. */
async function startNeighbour(engine: Engine, host: MachineHost, abstract: string): Promise<Machine & AsyncDisposable> {
  const machine = await startIdle(engine, host, {
    command: [
      '/opt/matrx/bin/node',
      '-e',
      `const { createServer } = require('node:net');
       createServer().listen(7777, '127.0.0.1');
       createServer().listen('\\0${abstract}', () => console.log('up'));`,
      'other machine',
    ],
  });
  const terminal = machine.openTerminal([
    '/bin/bash',
    '-c',
    'touch /tmp/of-the-other /var/tmp/of-the-other /dev/shm/of-the-other; perl -e "shmget(0x6d7478, 64, 01666)"; echo made',
  ]);
  await gather(terminal).until('made');
  return machine;
}

/** What code in a machine, as its user and as its root, can't do. */
export function isolationSuite(
  name: string,
  create: (host: MachineHost) => Engine,
  { enabled = true }: { readonly enabled?: boolean } = {},
): void {
  describe.runIf(enabled)(name, () => {
    const abstract = `matrx-isolation-${process.pid}-${name}`;
    const running = new AsyncDisposableStack();
    let host: MachineHost;
    let engine: Engine;
    let environment: Record<string, string>;
    beforeAll(async () => {
      host = running.use(await createMachineHost());
      engine = create(host);
      const own = await listenOnHost(`${abstract}-host`);
      running.defer(() => own.close());
      running.use(await startNeighbour(engine, host, `${abstract}-other`));
      environment = {
        HOST_PORT: String(own.port),
        HOST_PID: String(process.pid),
        HOST_FOLDER: host.dataDir,
        HOST_ABSTRACT: `${abstract}-host`,
        OTHER_ABSTRACT: `${abstract}-other`,
      };
    });
    afterAll(() => running.disposeAsync());

    const run = async (script: string, prefix: string) => {
      const files = { '/opt/try.bash': waysOut, '/opt/doors.pl': kernelDoors };
      return (await runScript(engine, host, script.replaceAll('@', prefix), { environment, files })).output;
    };

    test('its user finds no way out of a machine, nor to its root', async () => {
      const output = await run('@ bash </opt/try.bash', asUser);
      expect(openOnes(output)).toEqual([]);
      expect(tried(output)).toBe(waysOut.match(/^try /gm)?.length);
    });

    test('its root finds no way out of a machine', async () => {
      const output = await run('bash </opt/try.bash', '');
      expect(openOnes(output)).toEqual(rootsOwn);
      expect(tried(output)).toBe(waysOut.match(/^try /gm)?.length);
    });

    test.each([
      ['user', asUser],
      ['root', ''],
    ])("the kernel opens no door to the host for a machine's %s", async (_who, prefix) => {
      const output = await run('@ perl </opt/doors.pl', prefix);
      expect(openOnes(output)).toEqual([]);
      expect(tried(output)).toBe(17);
    });

    test('nothing that a machine can read tells of credentials', async () => {
      const script = `
        cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n" | grep -aiE "^AWS_(ACCESS|SECRET|SESSION)" && echo found
        ls -A /etc/ssl/private /etc/pki/*/private 2>/dev/null | grep -v : | grep . && echo found
        ls -A /root/.aws /home/agent/.aws /root/.docker /root/.ssh /home/agent/.ssh 2>/dev/null | grep . && echo found
        echo looked`;
      expect(await run(script, '')).toBe('looked\n');
    });
  });
}
