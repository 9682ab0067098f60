import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { type FileHash, filesApi } from '../../../../contract/agent/files.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { DownloadEvent, PlannedPart } from '../../../../contract/api/files/transfers.ts';
import { limits } from '../../../../contract/api/limits.ts';
import type { ChannelTarget } from '../../agent/channel-ports.ts';
import { newId } from '../../ids.ts';
import type { Answer, Call } from '../../operation.ts';
import { withQuery } from '../../with-query.ts';
import { failureTold } from '../last-event.ts';
import { eventsOf, lastOf } from '../last-of.ts';
import { type FilePorts, notePath, reachFiles } from '../reach-files.ts';
import type { UploadPorts } from './own-upload.ts';
import type { PartedFile } from './transfer-ports.ts';
import { transferKey } from './uploads.ts';

type Ports = FilePorts & Pick<UploadPorts, 'storage'>;
type Hash = z.infer<typeof FileHash>;

const { partBytes, transferBytes } = limits.files;
// 5 GB at the pace of a quarter of a core.
const hashWithinMs = 240_000;
const beginsWithinMs = 30_000;

const emptyHash = createHash('sha256').digest('hex');

/** The parts of a file, as its hash has them; an empty file is one empty part. */
const planOf = ({ size, parts }: Hash): PlannedPart[] =>
  (parts.length === 0 ? [emptyHash] : parts).map((sha256, n) => ({
    number: n + 1,
    size: Math.min(partBytes, size - n * partBytes),
    sha256,
  }));

async function hashOf({ channel }: Ports, target: ChannelTarget, call: Call<'downloadFile'>): Promise<Hash> {
  const { method, path, answer } = filesApi.hashFile;
  const hash = await channel.ask(
    target,
    {
      method,
      path: withQuery(path, { ...call.body, part_bytes: partBytes }),
      answer,
      repeatable: true,
      withinMs: hashWithinMs,
    },
    call.signal,
  );
  if (hash.size > transferBytes)
    throw new SandboxError('too_large', `the file has ${hash.size} bytes, at most ${transferBytes} are downloaded`, {
      details: { field: 'path', rule: `expected at most ${transferBytes} bytes` },
    });
  if (hash.parts.length === Math.ceil(hash.size / partBytes)) return hash;
  throw new SandboxError('internal', 'internal error', { cause: new Error('the agent hashes other parts') });
}

async function orderOf({ storage }: Ports, call: Call<'downloadFile'>, file: PartedFile, hash: Hash) {
  const parts = await Promise.all(
    planOf(hash).map(async (part) => {
      const { url, headers } = await storage.signPart(file, part, 'agent');
      return { number: part.number, offset: (part.number - 1) * partBytes, size: part.size, url, headers };
    }),
  );
  const hosts = [...new Set(parts.map(({ url }) => new URL(url).host))];
  return { ...call.body, hosts, size: hash.size, parts };
}

/** Throws unless storage has what was hashed; what the agent says of it is not asked. */
async function join({ storage }: Ports, file: PartedFile, hash: Hash): Promise<void> {
  const parts = (await storage.parts(file)) ?? [];
  const plan = planOf(hash);
  const isSame = parts.length === plan.length && plan.every(({ sha256 }, n) => parts[n]?.sha256 === sha256);
  if (!isSame) throw new SandboxError('conflict', 'the file changed while it was sent');
  await storage.join(file, parts);
}

async function* sending(
  ports: Ports,
  call: Call<'downloadFile'>,
  { target, hash, signal }: { target: ChannelTarget; hash: Hash; signal: AbortSignal },
): AsyncGenerator<DownloadEvent> {
  const { channel, storage, clock } = ports;
  const file = await storage.begin(transferKey(target.sandboxId, newId('dnl', clock.now())));
  let isSent = false;
  try {
    const { method, path, events: event } = filesApi.sendFile;
    const body = await orderOf(ports, call, file, hash);
    const question = { method, path, body, event, yields: false, withinMs: beginsWithinMs };
    for await (const told of await channel.events(target, question, signal)) {
      if (told.event === 'error') throw failureTold(told);
      if (told.event === 'progress') yield told;
      isSent ||= told.event === 'sent';
    }
    if (!isSent) throw new SandboxError('channel_lost', 'nobody told whether the file was sent: ask again');
    await join(ports, file, hash);
    const signed = await storage.signRead(file.key, 'caller', nameOf(call.body.path));
    yield { event: 'finished', download: { ...signed, size: hash.size, sha256: hash.sha256 } };
  } catch (error) {
    // What stays behind is gone in a day.
    await storage.remove(file).catch(() => undefined);
    throw error;
  }
}

const nameOf = (path: string | undefined): string => path?.split('/').findLast((part) => part !== '') ?? 'file';

/** Has the agent put a file to storage, part by part, each with its hash, and answers from where it can be fetched for an hour. */
export async function downloadFile(ports: Ports, call: Call<'downloadFile'>): Promise<Answer<'downloadFile'>> {
  notePath(call, call.body);
  const over = new AbortController();
  const signal = AbortSignal.any([call.signal, over.signal]);
  const events = await reachFiles(ports, call, async (target) => {
    const hash = await hashOf(ports, target, call);
    call.note({ bytes: hash.size });
    return sending(ports, call, { target, hash, signal });
  });
  if (call.streamed) return { status: 200, events: eventsOf(events, call.requestId) };
  const last = await lastOf(events, { clock: ports.clock, giveUp: () => over.abort() });
  if (last?.event === 'finished') return { status: 200, body: last.download };
  throw new SandboxError('channel_lost', 'nobody told whether the file was sent: ask again');
}
