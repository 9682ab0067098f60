import { KeptOutput, keptChunkBytes, keptOutputKeys } from '../../../contract/agent/kept-output.ts';
import type { KeptOf, KeptOutputs } from '../../core/commands/kept/ports.ts';
import { readObject } from './read-object.ts';
import type { Bucket } from './s3-client.ts';

const indexBytes = 1_024;

/** An index of the right form. Agents write it, so what is none counts as none. */
function parseIndex(bytes: Uint8Array): KeptOutput | undefined {
  try {
    return KeptOutput.safeParse(JSON.parse(Buffer.from(bytes).toString())).data;
  } catch {
    return undefined;
  }
}

/** What commands printed, in the bucket. */
export function keptOutputs(bucket: Bucket): KeptOutputs {
  const keysOf = ({ userId, sandboxId, commandId }: KeptOf) => keptOutputKeys(userId, sandboxId, commandId);
  return {
    async index(command) {
      const found = await readObject(bucket, keysOf(command).index, indexBytes);
      return found && parseIndex(found.bytes);
    },
    async chunk(command, stream, number) {
      return (await readObject(bucket, keysOf(command).chunk(stream, number), keptChunkBytes))?.bytes;
    },
  };
}
