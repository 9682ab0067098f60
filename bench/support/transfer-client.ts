// A caller's process: sends a file and fetches it again, by the SDK from and to storage itself and by the library into a sandbox and out
// of it. It reads an Order as JSON and prints Transfers as JSON.

import { createReadStream, openAsBlob } from 'node:fs';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Sandbox } from '../../client/index.ts';
import { took } from './measure.ts';
import type { StorageAccess } from './stack.ts';

/** What the process is to do. */
export interface Order {
  readonly file: string;
  readonly bytes: number;
  readonly rounds: number;
  readonly sandbox: { readonly id: string; readonly url: string; readonly token: string };
  readonly storage: StorageAccess;
}

const kinds = ['put', 'upload', 'get', 'download'] as const;
type Kind = (typeof kinds)[number];

/** The least milliseconds that each took. */
export type Transfers = Readonly<Record<Kind, number>> & {
  /** The most memory that this process had more than at its start, while the library worked. */
  readonly grownBytes: number;
};

const order: Order = JSON.parse(await text(process.stdin));
const { storage } = order;
const client = new S3Client({ ...storage, forcePathStyle: true });
const place = { Bucket: storage.bucket, Key: 'bench/plain' };
const { files } = await Sandbox.connect(order.sandbox.id, {
  url: order.sandbox.url,
  credentials: { token: order.sandbox.token },
});

const before = process.memoryUsage.rss();
let most = before;
const onProgress = () => {
  most = Math.max(most, process.memoryUsage.rss());
};

async function readAll(body: AsyncIterable<Uint8Array>): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  if (bytes !== order.bytes) throw new Error(`${bytes} bytes came of ${order.bytes}`);
}

const runs: Readonly<Record<Kind, () => Promise<unknown>>> = {
  put: () =>
    client.send(new PutObjectCommand({ ...place, Body: createReadStream(order.file), ContentLength: order.bytes })),
  upload: async () => files.write('large', await openAsBlob(order.file), { onProgress }),
  get: async () => {
    const { Body } = await client.send(new GetObjectCommand(place));
    await readAll(Body as AsyncIterable<Uint8Array>);
  },
  download: async () => readAll(await files.download('large', { onProgress })),
};

const least = { put: Infinity, upload: Infinity, get: Infinity, download: Infinity };
for (let round = 0; round < order.rounds; round += 1) {
  for (const kind of kinds) least[kind] = Math.min(least[kind], await took(runs[kind]));
}
const transfers: Transfers = { ...least, grownBytes: most - before };
process.stdout.write(JSON.stringify(transfers));
