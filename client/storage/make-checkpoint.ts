import type { Checkpoint } from '../../contract/api/storage.ts';
import type { Connection } from '../connection.ts';
import { send } from '../http/send/send.ts';

export interface CheckpointOptions {
  /** Stops waiting; the save goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with how far the save is. */
  readonly onProgress?: ((files: number, bytes: number) => void) | undefined;
}

// Less than a connection waits for an answer.
const waitSeconds = 20;

/** Saves the home of a sandbox and resolves when it is saved, however many calls that takes. Throws as the calls do. */
export async function makeCheckpoint(
  connection: Connection,
  sandboxId: string,
  { signal, onProgress }: CheckpointOptions,
): Promise<Checkpoint> {
  const input = { params: { sandbox_id: sandboxId }, body: { wait_seconds: waitSeconds } };
  for (;;) {
    const answer = await send(connection, 'createCheckpoint', input, { signal });
    if ('checkpoint' in answer) return answer.checkpoint;
    onProgress?.(answer.files, answer.bytes);
  }
}
