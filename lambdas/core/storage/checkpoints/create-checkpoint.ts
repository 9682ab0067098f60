import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { homeApi, type SaveEvent } from '../../../../contract/home/home-api.ts';
import { channelTarget } from '../../commands/agent/channel-target.ts';
import { explainFailure } from '../../commands/agent/explain-failure.ts';
import type { EventsQuestion, FilesChannel } from '../../files/ports.ts';
import type { Answer, Call } from '../../operation.ts';
import { type ReadyPorts, readyRecord } from '../../pool/ready-record.ts';
import { readOwned } from '../../sandboxes/owned.ts';
import type { SandboxRecords } from '../../sandboxes/ports.ts';
import type { ReadyRecord } from '../../sandboxes/record.ts';
import { homeFault } from '../home-fault.ts';

export interface CheckpointPorts extends ReadyPorts {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly channel: Pick<FilesChannel, 'events'>;
  readonly clock: Clock;
}

// The agent says something every 15 s, also while a save before this one goes on.
const beginsWithinMs = 30_000;

const { method, path, events: event } = homeApi.saveHome;
const question: EventsQuestion<SaveEvent> = { method, path, event, yields: false, withinMs: beginsWithinMs };

function assertKept({ sandbox_id, storage }: ReadyRecord): void {
  if (storage.hot) return;
  throw new SandboxError('conflict', `${sandbox_id} was created without a home to keep`, {
    details: { field: 'sandbox_id', value: sandbox_id, rule: 'expected a sandbox with storage.hot' },
  });
}

const cutShort = (cause?: unknown): SandboxError =>
  new SandboxError('channel_lost', 'the channel broke; the home may have been saved: list its checkpoints', { cause });

/** Reads how it goes until it is saved, or `enough` says to wait no more. */
async function outcomeOf(events: AsyncIterable<SaveEvent>, enough: AbortSignal): Promise<Answer<'createCheckpoint'>> {
  let soFar = { files: 0, bytes: 0 };
  for await (const said of events) {
    if (said.event === 'error') throw homeFault(said.error);
    if (said.event === 'progress') soFar = { files: said.files, bytes: said.bytes };
    if (said.event !== 'saved') continue;
    const { checkpoint, changed } = said;
    return { status: 201, body: { checkpoint, changed } };
  }
  if (!enough.aborted) throw cutShort();
  return { status: 202, body: { state: 'saving', ...soFar } };
}

/**
 * Has the agent save the home now, and waits for it as long as the caller says; the save goes on without. Throws `not_found`,
 * `sandbox_not_ready`, `sandbox_ended`, `conflict` where no home is kept, what the agent tells, and `channel_lost` where nobody
 * knows whether it was saved.
 */
export async function createCheckpoint(
  ports: CheckpointPorts,
  { caller, params, body, note, signal }: Call<'createCheckpoint'>,
): Promise<Answer<'createCheckpoint'>> {
  const { records, channel, clock } = ports;
  const record = await readyRecord(ports, await readOwned(records, params.sandbox_id, caller), signal);
  note({ sandboxId: record.sandbox_id, userId: record.user_id });
  assertKept(record);
  const enough = new AbortController();
  using _waiting = clock.after(body.wait_seconds * 1_000, () => enough.abort());
  try {
    const until = AbortSignal.any([signal, enough.signal]);
    const answer = await outcomeOf(await channel.events(channelTarget(record), question, until), enough.signal);
    if ('body' in answer && 'checkpoint' in answer.body) note({ checkpointId: answer.body.checkpoint.checkpoint_id });
    return answer;
  } catch (error) {
    const lost = error instanceof SandboxError && error.code === 'channel_lost' ? cutShort(error) : error;
    throw await explainFailure(records, params.sandbox_id, lost);
  }
}
