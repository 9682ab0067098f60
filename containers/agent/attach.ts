// What ECS Exec runs, as root on a terminal: joins that terminal to the agent. It starts as fast as Node does, so nothing
// is imported here that isn't needed for that.

import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { connect } from 'node:net';
import { finished } from 'node:stream/promises';
import { attach } from '../../channel/far/attach.ts';
import { clockFromSetting } from '../../contract/clock.ts';
import { runFolder, socketsIn } from './paths.ts';

const lastWordsMs = 1_000;

async function joinTerminal(): Promise<void> {
  // Node's own raw mode leaves the terminal turning \n into \r\n.
  spawnSync('/bin/stty', ['raw', '-echo'], { stdio: 'inherit', env: {} });
  // biome-ignore lint/style/noProcessEnv: config.ts would bring zod, which takes longer to load than all the rest
  const clock = clockFromSetting(process.env['MATRX_CLOCK']);
  // Node writes to a terminal in the main thread, which would hang, timers and all, once nobody reads at the other end.
  const output = createWriteStream('', { fd: 1, autoClose: false });
  try {
    await attach({ input: process.stdin, output, connect: () => connect(socketsIn(runFolder).channel), clock });
  } catch {
    // Nobody is left to tell; the agent logs what becomes of its connections.
  }
  output.end();
  await Promise.race([finished(output).catch(() => {}), clock.sleep(lastWordsMs)]);
}

// An exit would wait for a write that hangs.
void joinTerminal().finally(() => process.kill(process.pid, 'SIGKILL'));
