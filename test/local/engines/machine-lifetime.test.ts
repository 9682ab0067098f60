import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import {
  createMachineHost,
  type MachineHost,
  runScript,
  scriptSpec,
  startIdle,
} from '../../support/machines/machine-fixture.ts';
import { leftoversOf } from '../../support/machines/machine-leftovers.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';

const serviceProgram = join(import.meta.dirname, '../../support/machines/machine-service.ts');

async function startService(host: MachineHost): Promise<ChildProcess> {
  const service = spawn(process.execPath, [serviceProgram, host.dataDir, host.linkSocket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(service.stdout, 'data');
  return service;
}

const processesLeft = (host: MachineHost) => leftoversOf(host.dataDir).filter((left) => left.startsWith('process'));

describe.runIf(namespacesHere)('a machine lives as long as its service', () => {
  test('a service that is killed takes its machines, their terminals and their processes with it', async () => {
    await using host = await createMachineHost();
    const service = await startService(host);
    expect(processesLeft(host)).not.toEqual([]);
    service.kill('SIGKILL');
    await once(service, 'exit');
    while (processesLeft(host).length > 0) await sleep(10);

    // What isn't a process waits for the next service.
    expect(leftoversOf(host.dataDir)).toContain('folder feedfacefeedface');
    const engine = createNamespacesEngine(host);
    await engine.sweep();
    expect(leftoversOf(host.dataDir)).toEqual([]);
    await engine.sweep();
  });

  test('a sweep leaves running machines alone, its own and those of other data folders', async () => {
    await using host = await createMachineHost();
    await using otherHost = await createMachineHost();
    const engine = createNamespacesEngine(host);
    await using idle = await startIdle(engine, host);
    await using other = await startIdle(createNamespacesEngine(otherHost), otherHost);
    await engine.sweep();
    expect(readdirSync(join(host.dataDir, 'machines'))).toEqual([idle.id]);
    for (const machine of [idle, other]) {
      machine.signal('SIGTERM');
      expect((await machine.exited).exitCode).toBe(143);
    }
  });

  test('whatever users leave in their home goes with the machine', async () => {
    await using host = await createMachineHost();
    const script = `setpriv --reuid 1000 --regid 1000 --clear-groups bash -c '
      cd /home/agent; mkdir -p closed/inside; touch closed/inside/file; touch "$(printf "\\377\\n")"; ln -s /etc/passwd link
      mkfifo pipe; for i in $(seq 60); do mkdir $(printf "%0200d" $i); cd $(printf "%0200d" $i); done
      chmod 0 /home/agent/closed/inside /home/agent/closed; echo done'`;
    expect((await runScript(createNamespacesEngine(host), host, script)).output).toBe('done\n');
    expect(leftoversOf(host.dataDir)).toEqual([]);
  });

  test('fails when a part is missing, says which, and leaves nothing', async () => {
    await using host = await createMachineHost();
    const parts = { ...host.parts, agentBundle: '/no/such/agent.cjs' };
    const engine = createNamespacesEngine({ ...host, parts });
    await expect(engine.start(scriptSpec(host, 'true'))).rejects.toThrow(
      /could not be started: .*\/no\/such\/agent\.cjs/,
    );
    expect(leftoversOf(host.dataDir)).toEqual([]);
  });

  test('fails when a folder of the same id is left over, until a sweep has removed it', async () => {
    await using host = await createMachineHost();
    const engine = createNamespacesEngine(host);
    const spec = scriptSpec(host, 'true');
    const service = await startService(host);
    service.kill('SIGKILL');
    await once(service, 'exit');
    await expect(engine.start({ ...spec, id: 'feedfacefeedface' })).rejects.toMatchObject({ code: 'start_failed' });
    await engine.sweep();
    expect(await (await engine.start({ ...spec, id: 'feedfacefeedface' })).exited).toMatchObject({ exitCode: 0 });
    expect(leftoversOf(host.dataDir)).toEqual([]);
  });

  test('npm appears in the tools of a machine when the host has no npm of its own to show', async () => {
    await using host = await createMachineHost();
    const npmDir = join(host.dataDir, 'npm');
    const engine = createNamespacesEngine({ ...host, parts: { ...host.parts, npmDir } });
    await expect(engine.start(scriptSpec(host, 'true'))).rejects.toThrow(/npm/);

    mkdirSync(join(npmDir, 'bin'), { recursive: true });
    writeFileSync(join(npmDir, 'bin/npm-cli.js'), '#!/usr/bin/env node\nconsole.log("npm on", process.version);\n', {
      mode: 0o755,
    });
    const { output } = await runScript(engine, host, '/opt/tools/bin/npm');
    expect(output).toMatch(/^npm on v\d+/);
  });
});
