import * as z from 'zod';
import { bucket } from '../deployment.ts';

/** What each object holds of a stream, but for the last. */
export const keptChunkBytes = 4 * 1024 * 1024;

const offset = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Range = z.object({ from: offset, to: offset });

/** From which byte of each stream to which one its objects go; written when all of them are there. */
export const KeptOutput = z.object({ stdout: Range, stderr: Range });
export type KeptOutput = z.infer<typeof KeptOutput>;

/** Everything in the bucket that commands of a user have printed. The id can hold neither a slash nor a wildcard. */
export const outputsPrefix = (userId: string): string => `${bucket.outputs.prefix}${userId}/`;

/** Where the output of one command lies in the bucket. */
export function keptOutputKeys(userId: string, sandboxId: string, commandId: string) {
  const prefix = `${outputsPrefix(userId)}${sandboxId}/${commandId}/`;
  return {
    index: `${prefix}index.json`,
    chunk: (stream: 'stdout' | 'stderr', number: number) => `${prefix}${stream}/${number}`,
  } as const;
}
