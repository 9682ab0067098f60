import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { logStreamOf } from '../../../contract/deployment.ts';
import { logsClient, sandboxLogs } from '../../../lambdas/aws/logs/sandbox-logs.ts';
import { Principals } from '../../../local/aws/keys.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';
import { createCloudWatchLogs } from '../../../local/logs/create-cloud-watch-logs.ts';
import { temporaryFolder } from '../../support/machines/compute.ts';

const taskId = '0123456789abcdef0123456789abcdef';

async function begin(hazards?: HazardSettings) {
  const principals = new Principals();
  const region = 'us-east-1';
  const server = await createCloudWatchLogs({
    dir: temporaryFolder(),
    groupName: 'sandboxes',
    principals,
    region,
    clock: systemClock,
    hazards: readHazards(hazards),
  });
  const { credentials } = principals.issueService('test');
  const client = (over: object = {}) =>
    logsClient({ endpoint: server.url, region, credentials, maxAttempts: 1, ...over });
  const used = client();
  onTestFinished(async () => {
    used.destroy();
    await server[Symbol.asyncDispose]();
  });
  return { server, client, logs: sandboxLogs(used, 'sandboxes') };
}

test('H10: what a container printed is read with its times, and again from where it was read to', async () => {
  const { server, logs } = await begin();
  expect(await logs.read(taskId, undefined, 10)).toEqual({ lines: [], token: undefined });
  const since = Date.now();
  for (const message of ['one', 'two', 'drei \u0000 \ud83d\ude00']) server.write(logStreamOf(taskId), message);
  const { lines, token } = await logs.read(taskId, undefined, 2);
  expect(lines.map(({ message }) => message)).toEqual(['one', 'two']);
  expect(lines[0]?.atMs).toBeGreaterThanOrEqual(since);
  const rest = await logs.read(taskId, token, 10);
  expect(rest.lines).toMatchObject([{ message: 'drei \u0000 \ud83d\ude00' }]);
  expect(await logs.read(taskId, rest.token, 10)).toEqual({ lines: [], token: rest.token });
});

test('fails with invalid_request for a token that was never given out', async () => {
  const { server, logs } = await begin();
  server.write(logStreamOf(taskId), 'one');
  await expect(logs.read(taskId, 'b/7/s', 10)).rejects.toMatchObject({
    code: 'invalid_request',
    details: { field: 'query.cursor' },
  });
});

test('a refusal for too many calls says so, and one without the right keys is nobody’s log', async () => {
  const { logs } = await begin({ calls: [{ service: 'logs', fate: 'throttle', times: 1 }] });
  await expect(logs.read(taskId, undefined, 1)).rejects.toMatchObject({ code: 'rate_limited' });
  const { client, server } = await begin();
  server.write(logStreamOf(taskId), 'one');
  const stranger = client({ credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'wrong' } });
  await expect(sandboxLogs(stranger, 'sandboxes').read(taskId, undefined, 1)).rejects.toMatchObject({
    code: 'internal',
  });
  stranger.destroy();
});
