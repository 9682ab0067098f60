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

export interface LinkRoutes {
  readonly own: RequestListener;
  readonly gateway: RequestListener;
  readonly storage?: { readonly isAt: (host: string) => boolean; readonly listener: RequestListener };
}

/**
 * Listens on `<folder>/<name>.sock`, which its owner alone may open: requests to the task's own address go to `own`,
 * those to a host of S3 to `storage`, all others to `gateway`.
 */
export async function openLink(folder: string, name: string, routes: LinkRoutes): Promise<Disconnectable> {
  const socketPath = join(folder, `${name}.sock`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const server = createServer({ maxHeaderSize: maxHeaderBytes, requestTimeout: 0 }, (request, response) =>
    routeOf(request.headers.host ?? '', routes)(request, response),
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

function routeOf(host: string, { own, gateway, storage }: LinkRoutes): RequestListener {
  if (host === taskEndpointHost) return own;
  return storage?.isAt(host) ? storage.listener : gateway;
}

type Disconnectable = Omit<Link, 'environment'>;
