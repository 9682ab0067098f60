import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type CommandHandle, Sandbox } from '../../client/index.ts';
import { startStack } from '../support/stack/stack.ts';

const bytes = 60_000_000;
const mb = 1_048_576;

/** The most memory that one environment of a function has taken so far: they are children of this process. */
function peakOfFunctions(): number {
  const peaks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const isOurs = status.includes(`PPid:\t${process.pid}\n`);
        const isFunction = isOurs && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('runtime.mjs');
        return isFunction ? Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1_024 : 0;
      } catch {
        // It has ended since the folder was read.
        return 0;
      }
    });
  return Math.max(...peaks);
}

/** The most memory that the agent has taken so far: the process table is open to commands. */
async function peakOfAgent({ commands }: Sandbox): Promise<number> {
  const look = `for p in /proc/[0-9]*; do
    tr '\\0' ' ' <$p/cmdline | grep -q ' /opt/matrx/agent.cjs' && sed -n 's/^VmHWM: *//p' <(tr '\\t' ' ' <$p/status)
  done 2>/dev/null | sort -n | tail -1`;
  return Number.parseInt((await commands.run(look)).stdout, 10) * 1_024;
}

/** SHA-256 of all a reader gets, which rests that long after each megabyte. */
async function hashAtPace(job: CommandHandle, restMs: number): Promise<string> {
  const hash = createHash('sha256');
  let sinceRest = 0;
  let next = 0;
  for await (const piece of job.output({ stream: 'stdout' })) {
    expect(piece.offset).toBe(next);
    next += piece.bytes.length;
    sinceRest += piece.bytes.length;
    hash.update(piece.bytes);
    if (sinceRest < mb) continue;
    sinceRest = 0;
    await pause(restMs);
  }
  return hash.digest('hex');
}

test('Daytona#5144: three readers at three speeds each get all 60 MB of one output, and neither a function nor the agent holds it', async () => {
  await using stack = await startStack();
  const credentials = { token: stack.service.local.person.token };
  await using sandbox = await Sandbox.create({ url: stack.url, credentials });
  await sandbox.commands.run('true');
  const before = peakOfFunctions();
  const agentBefore = await peakOfAgent(sandbox);
  const job = await sandbox.commands.start(`seq 1 9000000 | head -c ${bytes} | tee whole`);
  const hashes = await Promise.all([0, 50, 250].map((restMs) => hashAtPace(job, restMs)));
  const { stdout } = await sandbox.commands.run('sha256sum < whole', { timeoutMs: 60_000 });
  expect(hashes.map((hash) => `${hash}  -\n`)).toEqual([stdout, stdout, stdout]);
  expect(before).toBeGreaterThan(0);
  expect(peakOfFunctions() - before).toBeLessThan(150 * mb);
  expect(agentBefore).toBeGreaterThan(0);
  expect((await peakOfAgent(sandbox)) - agentBefore).toBeLessThan(100 * mb);
});
