import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { requestFrames, until } from '../../support/agent/agent-machine.ts';
import { fileCalls } from '../../support/agent/file-calls.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';
import { openChannel, startMachine } from '../../support/machines/real-machine.ts';

test.skipIf(!namespacesHere)(
  'M2: in a real machine files go through the channel, and what is the agent’s stays its own',
  async () => {
    await using inside = await startMachine();
    await until(() => inside.plane.heartbeats.some(({ state }) => state === 'ready'));
    const { http } = await openChannel(inside);
    const files = fileCalls(http);
    const bytes = randomBytes(300_000);
    expect(await files.write('made/here.bin', bytes)).toMatchObject({
      entry: { path: '/home/agent/made/here.bin', owner: 1000 },
    });
    expect((await files.read('made/here.bin')).equals(bytes)).toBe(true);
    const { stdout } = await requestFrames(http, {
      command: 'sha256sum made/here.bin; ln -s /run/matrx run; ln -s /var/lib/matrx lib; ln -s /proc/1/environ env',
    });
    expect(stdout.toString().slice(0, 64)).toBe((await files.write('again', bytes)).sha256);
    const denied = { code: 'permission_denied' };
    for (const path of ['/run/matrx', '/var/lib/matrx', 'run', 'lib']) {
      await expect(files.list(path)).rejects.toMatchObject(denied);
      await expect(files.write(`${path}/planted`, 'x')).rejects.toMatchObject(denied);
    }
    for (const path of ['run/agent.sock', 'run/link.sock', 'lib/spool', 'env', '/proc/1/mem'])
      await expect(files.read(path)).rejects.toMatchObject(denied);
    for (const path of ['/opt/matrx/agent.cjs', '/opt/matrx/files-helper.cjs'])
      await expect(files.write(path, 'x')).rejects.toMatchObject(denied);
    http.destroy();
  },
);
