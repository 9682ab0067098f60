import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../local/engines/engine.ts';
import { dockerEngine, dockerHere, removeTestImages } from '../support/machines/docker-engine.ts';
import { dockerLeftovers } from '../support/machines/docker-leftovers.ts';
import { createMachineHost, type MachineHost, runScript, startIdle } from '../support/machines/machine-fixture.ts';

/** A script that says of each `host:port` whether it answers, refuses, or can't be reached. */
const reach = (...addresses: string[]) => `/opt/matrx/bin/node -e '
  const { connect } = require("node:net");
  for (const address of process.argv.slice(1)) {
    const [host, port] = address.split(":");
    const socket = connect({ host, port, timeout: 3000 });
    const say = (word) => { console.log(address, word); socket.destroy(); };
    socket.on("connect", () => say("open")).on("timeout", () => say("silent")).on("error", (error) => say(error.code));
  }' ${addresses.join(' ')}`;

const unreachable = (address: string) => expect.stringMatching(new RegExp(`${address} E(HOST|NET)UNREACH`));

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

describe.runIf(dockerHere)('the network with the internet', () => {
  let host: MachineHost;
  let engine: Engine;
  let server: Server;
  let port = 0;
  beforeAll(async () => {
    host = await createMachineHost();
    engine = dockerEngine(host);
    server = createServer((socket) => socket.end()).listen(0, '0.0.0.0');
    await once(server, 'listening');
    const address = server.address();
    port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  });
  afterAll(async () => {
    server.close();
    await removeTestImages();
    await host[Symbol.asyncDispose]();
  });

  test('has a way out of the machine', async () => {
    const script = 'cat /proc/net/route; ls /sys/class/net';
    const { output } = await runScript(engine, host, script, { network: 'internet' });
    expect(output).toMatch(/^eth0\t00000000\t[0-9A-F]{8}\t0003/m);
    expect(output).toContain('eth0\nlo\n');
  });

  test('reaches no address of this machine, however its services listen', async () => {
    const addresses = ownAddresses();
    expect(addresses).not.toEqual([]);
    const gateway = `$(awk '$2 == "00000000" { print $3 }' /proc/net/route | sed 's/\\(..\\)\\(..\\)\\(..\\)\\(..\\)/0x\\4 0x\\3 0x\\2 0x\\1/' | xargs printf '%d.%d.%d.%d')`;
    const script = reach(
      `127.0.0.1:${port}`,
      `${gateway}:${port}`,
      ...addresses.map((address) => `${address}:${port}`),
    );
    const { output } = await runScript(engine, host, script, { network: 'internet' });
    expect(output).toContain(`127.0.0.1:${port} ECONNREFUSED`);
    // Networks of other tests come and go, and their addresses with them.
    const still = ownAddresses().filter((address) => addresses.includes(address));
    for (const address of still) expect(output).toEqual(unreachable(`${address}:${port}`));
    expect(output).not.toContain('open');
  });

  test("reaches neither a cloud's metadata nor its credentials", async () => {
    const addresses = ['169.254.169.254:80', '169.254.170.2:80', '169.254.170.23:80'];
    const { output } = await runScript(engine, host, reach(...addresses), { network: 'internet' });
    for (const address of addresses) expect(output).toEqual(unreachable(address));
  });

  test('reaches no other machine on it', async () => {
    await using idle = await startIdle(engine, host, {
      network: 'internet',
      command: ['/opt/matrx/bin/node', '-e', 'require("node:net").createServer((s) => s.end()).listen(7777)'],
    });
    const chunks: Buffer[] = [];
    const terminal = idle.openTerminal(['/bin/hostname', '-I']);
    terminal.onData((chunk) => chunks.push(chunk));
    await terminal.exited;
    const address = `${Buffer.concat(chunks).toString().trim()}:7777`;
    const { output } = await runScript(engine, host, reach(address), { network: 'internet' });
    expect(output).toEqual(unreachable(address));
  });

  test('is gone with the last machine on it', async () => {
    const spec = { network: 'internet' } as const;
    await Promise.all([1, 2, 3].map(() => runScript(engine, host, 'true', spec)));
    expect(await dockerLeftovers(host.dataDir)).toEqual([]);
  });

  test("can't be opened again from inside, not even by root", async () => {
    const script = '/usr/bin/perl /opt/matrx/bin/close-routes.pl 10.99.0.0/16 2>&1; echo $?';
    expect((await runScript(engine, host, script, { network: 'internet' })).output).toMatch(
      /not permitted\n[1-9]\d*\n$/,
    );
  });
});
