import type { Clock } from '../../../../contract/clock.ts';
import type { Retention } from '../../../../contract/home/retention.ts';
import type { Log } from '../../log.ts';
import type { Cursors } from '../../reaper/ports.ts';
import type { Homes, StoredObjects } from '../ports.ts';

export interface TidyPorts {
  readonly homes: Pick<Homes, 'head' | 'replaceHead' | 'manifest'>;
  readonly objects: Pick<StoredObjects, 'list' | 'remove' | 'users'>;
  readonly cursors: Cursors;
  readonly keep: Retention;
  readonly clock: Clock;
  readonly log: Log;
}

/** What became of a home, or of many together. */
export interface Tidied {
  readonly checkpointsDropped: number;
  readonly objectsRemoved: number;
  readonly bytesRemoved: number;
}
