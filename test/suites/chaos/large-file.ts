import { readFileSync, statSync } from 'node:fs';
import { chown, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { startAgent } from '../../support/agent/agent-machine.ts';
import { fileCalls, helpersOf } from '../../support/agent/file-calls.ts';

// What goes through, both ways at once, is in the memory of neither the agent nor its helper.
const mostBytes = 200 * 1024 ** 2;
const mostOfHelperKb = 130 * 1024;

/** Reads a file of this size and writes what comes to another, at the same time; the memory stays flat. */
export async function sendThroughBothWays(size: number): Promise<void> {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  const sparse = join(machine.home, 'sparse');
  await writeFile(sparse, '');
  await chown(sparse, 1000, 1000);
  await truncate(sparse, size);
  await fileCalls(machine.http).stat('sparse');
  const before = process.memoryUsage.rss();
  let most = 0;
  const source = machine.http.request({ ':path': '/files?path=sparse' });
  const target = machine.http.request({ ':method': 'PUT', ':path': '/files?path=copy' });
  const answer = new Promise((resolve) => target.on('data', resolve));
  for await (const chunk of source) {
    most = Math.max(most, process.memoryUsage.rss());
    if (!target.write(chunk)) await new Promise((resolve) => target.once('drain', resolve));
  }
  target.end();
  await answer;
  expect(statSync(join(machine.home, 'copy')).size).toBe(size);
  expect(most - before).toBeLessThan(mostBytes);
  const [pid] = helpersOf(dirname(machine.home));
  const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  expect(peak).toBeLessThan(mostOfHelperKb);
}
