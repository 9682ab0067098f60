import { expect, test } from 'vitest';
import { waitForExit } from '../../../../../local/engines/docker/lifecycle/wait-for-exit.ts';
import { fakeDocker } from '../../../../support/fakes/fake-docker.ts';

const stateOf = (state: object) =>
  JSON.stringify({ State: { Running: false, ExitCode: 3, OOMKilled: false, ...state } });

test('an exit is what the engine says of the container once it has ended', async () => {
  const { client } = await fakeDocker((request, response) =>
    response.end(request.method === 'POST' ? '{"StatusCode":3}' : stateOf({ OOMKilled: true })),
  );
  expect(await waitForExit(client, 'c')).toEqual({ exitCode: 3, outOfMemory: true });
});

test('an engine that restarts is asked again', async () => {
  let asked = 0;
  const { client } = await fakeDocker((request, response) => {
    if (request.method === 'GET') response.end(stateOf({}));
    else if (++asked === 1) response.destroy();
    else if (asked === 2) response.writeHead(500).end('{"message":"starting"}');
    else response.end('{"StatusCode":3}');
  });
  expect(await waitForExit(client, 'c')).toEqual({ exitCode: 3, outOfMemory: false });
  expect(asked).toBe(3);
});

test('a wait that ends while the container runs is no exit', async () => {
  let looked = 0;
  const { client } = await fakeDocker((request, response) => {
    if (request.method === 'GET') looked++;
    response.end(request.method === 'GET' ? stateOf({ Running: looked < 3 }) : '{"StatusCode":0}');
  });
  expect(await waitForExit(client, 'c')).toEqual({ exitCode: 3, outOfMemory: false });
});

test('a container that is gone ended as if it had been killed', async () => {
  const { client } = await fakeDocker((_, response) => response.writeHead(404).end('{"message":"no such container"}'));
  expect(await waitForExit(client, 'c')).toEqual({ exitCode: 137, outOfMemory: false });
});
