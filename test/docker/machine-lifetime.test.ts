import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  dockerClient,
  dockerEngine,
  dockerHere,
  removeTestImages,
  testImage,
} from '../support/machines/docker-engine.ts';
import { dockerLeftovers } from '../support/machines/docker-leftovers.ts';
import {
  createMachineHost,
  gather,
  type MachineHost,
  scriptSpec,
  startIdle,
} from '../support/machines/machine-fixture.ts';

const serviceProgram = join(import.meta.dirname, '../support/machines/docker-service.ts');

async function killService(host: MachineHost): Promise<void> {
  const service = spawn(process.execPath, [serviceProgram, host.dataDir, host.linkSocket, testImage], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(service.stdout, 'data');
  service.kill('SIGKILL');
  await once(service, 'exit');
}

describe.runIf(dockerHere)('what becomes of machines in Docker', () => {
  afterAll(removeTestImages);

  test('those of a service that was killed are removed by the next one, with their network', async () => {
    await using host = await createMachineHost();
    const engine = dockerEngine(host);
    await killService(host);
    expect((await dockerLeftovers(host.dataDir)).map((left) => left.split(' ')[0])).toEqual(['container', 'network']);
    await engine.sweep();
    expect(await dockerLeftovers(host.dataDir)).toEqual([]);
    await engine.sweep();
  });

  test('the id of one that a killed service left is free after the sweep, and not before', async () => {
    await using host = await createMachineHost();
    const engine = dockerEngine(host);
    await killService(host);
    const spec = { ...scriptSpec(host, 'true'), id: 'feedfacefeedface' };
    await expect(engine.start(spec)).rejects.toMatchObject({ code: 'start_failed' });
    await engine.sweep();
    expect(await (await engine.start(spec)).exited).toMatchObject({ exitCode: 0 });
    expect(await dockerLeftovers(host.dataDir)).toEqual([]);
  });

  test('a sweep leaves running machines alone, its own and those of other data folders', async () => {
    await using host = await createMachineHost();
    await using otherHost = await createMachineHost();
    const engine = dockerEngine(host);
    await using idle = await startIdle(engine, host, { network: 'internet' });
    await using other = await startIdle(dockerEngine(otherHost), otherHost);
    await engine.sweep();
    for (const machine of [idle, other]) {
      expect(await machine.openTerminal(['/bin/true']).exited).toEqual({ exitCode: 0, signal: 0 });
    }
  });

  test('one that somebody removes ends as if it had been killed, and so do its terminals', async () => {
    await using host = await createMachineHost();
    await using idle = await startIdle(dockerEngine(host), host);
    const terminal = idle.openTerminal(['/bin/sh', '-c', 'echo up; sleep 600']);
    await gather(terminal).until('up');
    const [found] = await dockerLeftovers(host.dataDir);
    await dockerClient().call('DELETE', `/containers${found?.split(' ')[1]}`, { query: { force: true } });
    expect(await idle.exited).toMatchObject({ exitCode: 137 });
    expect(await terminal.exited).toMatchObject({ signal: 9 });
    expect(() => idle.openTerminal(['/bin/true'])).toThrow(expect.objectContaining({ code: 'machine_ended' }));
  });

  test('fails when a part is missing, says which, and leaves nothing', async () => {
    await using host = await createMachineHost();
    const parts = { ...host.parts, agentBundle: '/no/such/agent.cjs' };
    const engine = dockerEngine(host, { parts });
    await expect(engine.start(scriptSpec(host, 'true'))).rejects.toThrow(
      /could not be started: .*\/no\/such\/agent\.cjs/,
    );
    expect(await dockerLeftovers(host.dataDir)).toEqual([]);
  });

  test('fails when the link goes before the machine is there, and leaves nothing', async () => {
    await using host = await createMachineHost();
    const engine = dockerEngine(host);
    await engine.prepare?.(() => {});
    const spec = scriptSpec(host, 'true', { files: { '/a/file': 'x' } });
    const started = engine.start(spec);
    await host[Symbol.asyncDispose]();
    await expect(started).rejects.toMatchObject({ code: 'start_failed' });
    expect(await dockerLeftovers(host.dataDir)).toEqual([]);
  });
});
