import type { TransferEvent } from '../../../../contract/agent/files.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { Files } from '../files.ts';
import type { StorageLink } from './storage-link.ts';

/** What a transfer works with. */
export interface TransferTools {
  readonly files: Files;
  readonly storage: StorageLink;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export type Emit = (event: TransferEvent) => Promise<void>;

/** How much goes by between two events of progress. */
export const progressBytes = 8 * 1024 * 1024;
