import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { DockerClient } from '../../../local/engines/docker/api/docker-client.ts';

/** A Docker engine that answers as the test says, and a client for it; both end with the test. */
export async function fakeDocker(
  listener: RequestListener,
): Promise<{ readonly client: DockerClient; readonly socketPath: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'matrx-docker-'));
  const socketPath = join(folder, 'docker.sock');
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });
  return { client: new DockerClient(socketPath), socketPath };
}
