import { chmodSync, mkdirSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { listenAt } from './listen-at.ts';

/** A task's one way out: a Unix socket that serves HTTP until it is disposed. */
export interface Link extends AsyncDisposable {
  readonly socketPath: string;
  /** What the task must know to use it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The address at which a task asks for its credentials and its own description, as on AWS. */
export const taskEndpointHost = '169.254.170.2';

const maxHeaderBytes = 16 * 1024;

/**
 * Listens on `<folder>/<name>.sock`, which its owner alone may open: requests to the task's own address go to `own`,
 * all others to `gateway`.
 */
export async function openLink(
  folder: string,
  name: string,
  routes: { readonly own: RequestListener; readonly gateway: RequestListener },
): Promise<Disconnectable> {
  const socketPath = join(folder, `${name}.sock`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const server = createServer({ maxHeaderSize: maxHeaderBytes, requestTimeout: 0 }, (request, response) =>
    (request.headers.host === taskEndpointHost ? routes.own : routes.gateway)(request, response),
  );
  const listening = await listenAt(server, socketPath);
  chmodSync(socketPath, 0o600);
  return {
    socketPath,
    async [Symbol.asyncDispose]() {
      const closed = listening[Symbol.asyncDispose]();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Disconnectable = Omit<Link, 'environment'>;
