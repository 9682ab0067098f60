import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  answer,
  type Behaviour,
  commandId,
  commandInfo,
  finished,
  misbehavingService,
  output,
  sandboxId,
} from '../../support/fakes/misbehaving-service.ts';

const launcher = fileURLToPath(new URL('../../../bin/matrx.mjs', import.meta.url));
const piece = Buffer.alloc(64 * 1024, 0xff).toString('base64');

/** A stream of so many pieces, as fast as they are read. */
const pieces =
  (count: number): Behaviour =>
  async (response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (let n = 0; n < count; n++) {
      const line = JSON.stringify(output('stdout', n * 64 * 1024, piece, 'base64'));
      if (!response.write(`${line}\n`)) await once(response, 'drain');
    }
    response.end(`${JSON.stringify(finished())}\n`);
  };

const peakOf = (pid: number) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** The most memory that the command line held while it printed so many pieces, in MB. */
async function peakMb(count: number): Promise<number> {
  await using service = await misbehavingService(answer(200, commandInfo()), pieces(count));
  const env = {
    PATH: process.env['PATH'],
    MATRX_URL: service.url,
    MATRX_TOKEN: 't',
    // What is no longer needed goes soon, so that a peak is what was needed at once.
    NODE_OPTIONS: '--max-semi-space-size=2',
  };
  const child = spawn(process.execPath, [launcher, 'logs', sandboxId, commandId, '-f'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let [bytes, peak] = [0, 0];
  child.stdout.on('data', (data: Buffer) => {
    bytes += data.length;
    peak = Math.max(peak, peakOf(child.pid ?? 0));
  });
  const [exitCode] = await once(child, 'close');
  expect({ exitCode, bytes }).toEqual({ exitCode: 0, bytes: count * 64 * 1024 });
  return peak / 1024;
}

test('an output a hundred times as long takes no more memory to print', async () => {
  const short = await peakMb(16);
  expect(await peakMb(1_600)).toBeLessThan(short + 32);
});
