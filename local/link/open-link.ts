import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';

/** A task's one way out: a Unix socket that serves HTTP until it is disposed. */
export interface Link extends AsyncDisposable {
  readonly socketPath: string;
  /** What the task must know to use it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The address at which a task asks for its credentials and its own description, as on AWS. */
export const taskEndpointHost = '169.254.170.2';

// A Unix socket's path has room for 107 bytes; longer ones are cut or refused, depending on the system.
const longestSocketPath = 107;
const maxHeaderBytes = 16 * 1024;

/**
 * Listens on `<folder>/<name>.sock`, which its owner alone may open: requests to the task's own address go to `own`,
 * all others to `gateway`. Throws when the path is too long for a socket.
 */
export async function openLink(
  folder: string,
  name: string,
  routes: { readonly own: RequestListener; readonly gateway: RequestListener },
): Promise<Disconnectable> {
  const socketPath = join(folder, `${name}.sock`);
  if (Buffer.byteLength(socketPath) > longestSocketPath) {
    throw new Error(
      `${socketPath} is longer than ${longestSocketPath} bytes: choose a data folder with a shorter path`,
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(socketPath, { force: true });
  const server = createServer({ maxHeaderSize: maxHeaderBytes, requestTimeout: 0 }, (request, response) =>
    (request.headers.host === taskEndpointHost ? routes.own : routes.gateway)(request, response),
  );
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  chmodSync(socketPath, 0o600);
  return {
    socketPath,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      rmSync(socketPath, { force: true });
    },
  };
}

type Disconnectable = Omit<Link, 'environment'>;
