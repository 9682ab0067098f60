import { limits } from '../../contract/api/limits.ts';
import type { Clock } from '../../contract/clock.ts';
import { createJsonService } from '../aws/json-service.ts';
import type { Principals } from '../aws/keys.ts';
import { callFaults, plainRefusals } from '../hazards/call-faults.ts';
import { type Hazards, readHazards } from '../hazards/hazards.ts';
import { sweepEvery } from '../sweep-every.ts';
import { getLogEvents } from './actions/get-log-events.ts';
import { LogStore } from './log-store.ts';

export interface CloudWatchLogsOptions {
  /** Where the streams lie. */
  readonly dir: string;
  readonly groupName: string;
  readonly principals: Principals;
  readonly region: string;
  /** Lines are stamped and swept by it. */
  readonly clock: Clock;
  /** @default as AWS is */
  readonly hazards?: Hazards;
  /** How often streams to be removed are looked for, by the clock. @default an hour */
  readonly sweepEveryMs?: number;
}

/** CloudWatch Logs with one group. */
export interface CloudWatchLogs extends AsyncDisposable {
  readonly url: string;
  readonly groupName: string;
  /** As the awslogs driver writes a line of a container. Never throws: a log that can't be written stops nobody. */
  write(streamName: string, message: string): void;
}

const retentionMs = limits.endedRecordDays * 86_400_000;

/** Starts CloudWatch Logs on a free port of 127.0.0.1. */
export async function createCloudWatchLogs(options: CloudWatchLogsOptions): Promise<CloudWatchLogs> {
  const { dir, groupName, principals, region, clock, hazards = readHazards() } = options;
  await using started = new AsyncDisposableStack();
  const store = new LogStore(dir);
  const sweep = async () => store.sweep(clock.now() - retentionMs);
  await sweep();
  started.use(sweepEvery(clock, options.sweepEveryMs ?? 3_600_000, () => sweep().catch(() => undefined)));
  const refusals = plainRefusals('ServiceUnavailableException');
  const service = createJsonService({
    target: 'Logs_20140328',
    service: 'logs',
    jsonVersion: '1.1',
    internalError: 'ServiceUnavailableException',
    actions: { GetLogEvents: getLogEvents({ name: groupName, store }) },
    principals,
    region,
    clock,
    ...callFaults({ service: 'logs', faults: hazards.calls, seed: hazards.seed, refusals, clock }),
  });
  const { url } = started.use(await service.listen());
  const running = started.move();
  return {
    url,
    groupName,
    write: (streamName, message) => {
      try {
        store.append(streamName, { timestamp: clock.now(), message });
      } catch {
        // As the driver does in non-blocking mode: the line is lost.
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
