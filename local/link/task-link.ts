import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Principals } from '../aws/keys.ts';
import type { StoredDefinition } from '../ecs/task-definitions/task-definitions.ts';
import type { StoredTask } from '../ecs/tasks/task-record.ts';
import { forwardTo } from './forward.ts';
import { type Link, openLink, taskEndpointHost } from './open-link.ts';
import { isStorageHost } from './storage-host.ts';
import { TaskCredentials } from './task-credentials.ts';
import { containerMetadata, taskMetadata } from './task-metadata.ts';

/** A service of storage: where it listens, and what answers there. */
export interface StorageService {
  readonly url: string;
  readonly listener: RequestListener;
}

export interface TaskLinkOptions {
  /** Where the sockets lie. */
  readonly folder: string;
  readonly id: string;
  readonly definition: StoredDefinition;
  /** The task as it is now. */
  readonly task: () => StoredTask;
  readonly principals: Principals;
  readonly gatewayUrl: () => string;
  /** S3, if tasks are to reach it. */
  readonly storage?: StorageService | undefined;
}

/**
 * Opens a task's link: its credentials and description at the address ECS has for them, S3 at its hosts, and the gateway
 * for the rest.
 */
export async function openTaskLink(options: TaskLinkOptions): Promise<Link> {
  const { folder, id, definition, task, principals, gatewayUrl, storage } = options;
  const roleArn = task().overrides.taskRoleArn ?? definition.taskRoleArn;
  const credentials = roleArn === undefined ? undefined : new TaskCredentials(principals, roleArn, id);
  const credentialsPath = `/v2/credentials/${randomUUID()}`;
  const metadataPath = `/v4/${task().containers[0].runtimeId}`;
  const answers = new Map<string, () => unknown>([
    [metadataPath, () => containerMetadata(task(), definition)],
    [`${metadataPath}/task`, () => taskMetadata(task(), definition)],
  ]);
  if (credentials) answers.set(credentialsPath, () => credentials.answer());
  const socket = await openLink(folder, id, {
    own: jsonAt(answers),
    gateway: forwardTo(gatewayUrl),
    // Whole files go this way: it answers here, without a connection of its own in between.
    ...(storage && { storage: { isAt: isStorageHost(storage.url), listener: storage.listener } }),
  });
  return {
    socketPath: socket.socketPath,
    environment: {
      ECS_CONTAINER_METADATA_URI_V4: `http://${taskEndpointHost}${metadataPath}`,
      ...(credentials && { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: credentialsPath }),
    },
    async [Symbol.asyncDispose]() {
      credentials?.[Symbol.dispose]();
      await socket[Symbol.asyncDispose]();
    },
  };
}

const jsonAt =
  (answers: ReadonlyMap<string, () => unknown>): RequestListener =>
  (request, response) => {
    const answer = request.method === 'GET' ? answers.get(request.url ?? '') : undefined;
    const body = JSON.stringify(answer ? answer() : { code: 'NotFound', message: 'no such path' });
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(body);
  };
