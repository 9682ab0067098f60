import type { Checkpoint as WireCheckpoint } from '../../contract/api/storage.ts';

/** A point in time of a home. */
export interface Checkpoint {
  readonly checkpointId: string;
  readonly savedAt: Date;
  /** Which sandbox saved it. */
  readonly sandboxId: string;
  readonly cause: 'timer' | 'asked' | 'end';
  /** There was no time for all that had changed: the rest is as it was before. */
  readonly partial: boolean;
  readonly files: number;
  /** Of all files, unpacked. */
  readonly bytes: number;
}

/** A checkpoint of the API, in the library's names. */
export const toCheckpoint = (wire: WireCheckpoint): Checkpoint => ({
  checkpointId: wire.checkpoint_id,
  savedAt: new Date(wire.saved_at),
  sandboxId: wire.sandbox_id,
  cause: wire.cause,
  partial: wire.partial,
  files: wire.files,
  bytes: wire.bytes,
});
