import type { Readable } from 'node:stream';
import type { CommandStdin } from '../../commands/command-stdin.ts';
import { DetachKeys } from './detach-keys.ts';
import { nextChunk } from './next-chunk.ts';

/** How the input came to its end: there was no more of it, or the person left by the detach keys. */
export type InputEnd = 'ended' | 'detached';

interface ForwardOptions {
  /** Whether the detach keys count: in a raw terminal, where nothing else leads out. */
  readonly raw: boolean;
  readonly signal: AbortSignal;
}

/** Hands what is typed or piped to a command, and its end too. Throws what a write throws, or the signal's reason. */
export async function forwardInput(
  input: Readable,
  stdin: CommandStdin,
  { raw, signal }: ForwardOptions,
): Promise<InputEnd> {
  const keys = new DetachKeys();
  for (;;) {
    const chunk = await nextChunk(input, signal);
    if (chunk === undefined) break;
    const { bytes, detached } = raw ? keys.push(chunk) : { bytes: chunk, detached: false };
    if (bytes.length > 0) await stdin.write(bytes, { signal });
    if (detached) return 'detached';
  }
  await stdin.end('', { signal });
  return 'ended';
}
