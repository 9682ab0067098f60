import { expect, test } from 'vitest';
import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import { SessionClient } from '../../support/channel/session-client.ts';
import { startCompute } from '../../support/machines/compute.ts';
import { createMachineHost } from '../../support/machines/machine-fixture.ts';
import { leftoversOf } from '../../support/machines/machine-leftovers.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';

const asUser = 'setpriv --reuid 1000 --regid 1000 --clear-groups';
const configuration = '/ecs-execute-command-*/configuration/amazon-ssm-agent.json';

test.runIf(namespacesHere)(
  'a task in a real machine: sessions reach inside, root alone reads the exec configuration, nothing stays',
  async () => {
    await using host = await createMachineHost();
    const engine = createNamespacesEngine({ dataDir: host.dataDir, parts: host.parts });
    const { register, run, execute, reaches, stopTask, stop } = await startCompute({
      engine,
      hazards: { sessions: { limit: 5 } },
    });
    await register('trap "exit 0" TERM; while :; do sleep 0.05; done');
    const task = await run();
    const output = async (command: string) => {
      const client = new SessionClient(await execute(task, command));
      await client.closed();
      return client.output.toString();
    };
    expect(await output(`sh -c 'id -u; cat ${configuration}'`)).toMatch(/^0\r\n\{"Mgs":\{.*"SessionWorkersLimit":5\}/);
    expect(await output(`${asUser} sh -c 'cat ${configuration} || echo refused'`)).toContain('refused');
    expect(await output(`sh -c 'echo x >>$(echo ${configuration}) || echo kept'`)).toContain('kept');
    expect(await output(`sh -c 'test -S $MATRX_LINK && echo linked'`)).toContain('linked');
    await stopTask(task);
    expect(await reaches(task, 'STOPPED')).toMatchObject({ containers: [{ exitCode: 0 }] });
    await stop();
    expect(leftoversOf(host.dataDir)).toEqual([]);
  },
);
