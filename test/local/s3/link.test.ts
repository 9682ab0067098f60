import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import type { MachineSpec } from '../../../local/engines/engine.ts';
import { eventually, startCompute } from '../../support/machines/compute.ts';
import { processEngine } from '../../support/machines/process-engine.ts';
import { Bucket, startS3 } from './start-s3.ts';

/** Asks a task's link for an address, as an agent does. */
async function through(socketPath: string, address: string): Promise<string> {
  const { host, pathname, search } = new URL(address);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath, path: pathname + search, headers: { host } }, resolve)
      .once('error', reject)
      .end();
  });
  return `${answer.statusCode} ${await text(answer)}`;
}

test('a task reaches S3 through its link, at the host names of AWS and of this machine', async () => {
  const { put, server, credentials, clientFor } = await startS3();
  await put('a', 'hello');
  const specs: MachineSpec[] = [];
  const compute = await startCompute({
    engine: processEngine((spec) => void specs.push(spec)),
    storage: server,
  });
  await compute.register('exec sleep 600');
  await compute.run();
  const { linkSocket } = await eventually(() => specs[0]);
  const named = new GetObjectCommand({ Bucket, Key: 'a' });
  const onAws = new S3Client({ region: 'us-east-1', credentials });
  expect(await through(linkSocket, await getSignedUrl(onAws, named))).toBe('200 hello');
  expect(await through(linkSocket, await getSignedUrl(clientFor(credentials), named))).toBe('200 hello');
  expect(await through(linkSocket, 'https://elsewhere.example/')).toMatch(/^502 /);
});
