import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findDocker } from '../../../../../local/engines/docker/find-docker.ts';

test('DOCKER_HOST names the socket before all others', () => {
  expect(findDocker({ DOCKER_HOST: 'unix:///some/where.sock' })).toEqual({ socketPath: '/some/where.sock' });
});

test.each(['tcp://10.0.0.1:2376', 'ssh://somebody@host', 'unix://relative', '/a/path'])(
  'an engine at %s is unusable, and what is expected is said',
  (host) => {
    expect(findDocker({ DOCKER_HOST: host })).toEqual({
      unusable: `DOCKER_HOST is ${host}, expected unix:// and the path of a socket of this machine`,
    });
  },
);

test("a rootless engine's socket is found where the system has none", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'matrx-docker-'));
  const socketPath = join(folder.path, 'docker.sock');
  writeFileSync(socketPath, '');
  const found = findDocker({ XDG_RUNTIME_DIR: folder.path });
  expect(['/var/run/docker.sock', socketPath]).toContain('socketPath' in found ? found.socketPath : '');
});
