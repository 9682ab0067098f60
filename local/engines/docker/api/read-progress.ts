import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';

interface ProgressLine {
  /** What a build prints. */
  readonly stream?: string;
  /** What a pull is at. */
  readonly status?: string;
  readonly error?: string;
}

const longestLine = 200;

/** Hands on what an engine says of a build or a pull, line by line. Throws with the engine's words when it fails. */
export async function readProgress(response: Readable, onLine: (line: string) => void): Promise<void> {
  // A broken connection is an error of the response, which `for await` over its lines would swallow.
  const broken = new Promise<never>((_, reject) => response.once('error', reject));
  const read = async () => {
    for await (const text of createInterface({ input: response })) {
      const { stream, status, error } = JSON.parse(text) as ProgressLine;
      if (error !== undefined) throw new Error(error);
      const line = (stream ?? status ?? '').trim();
      if (line !== '') onLine(line.slice(0, longestLine));
    }
  };
  await Promise.race([read(), broken]);
}
