// A whole service as a process of its own, which tests may kill: prints what `local.json` says when it is ready.
// Arguments: the data folder, the folder of bundles, and how many machines wait.

import { defaultSize } from '../../../contract/api/sandboxes/sizes.ts';
import { startService } from '../../../local/start.ts';

const [dataDir = '', buildDir = '', count = '0'] = process.argv.slice(2);
const pool = count === '0' ? [] : [{ template: 'base', size: defaultSize, count: Number(count) } as const];
const service = await startService({ dataDir, buildDir, port: 0, pace: 'fast', pool });
process.once('SIGTERM', () => void service[Symbol.asyncDispose]());
// Open as long as the test lives, which may be killed itself.
process.stdin
  .once('end', () => process.kill(process.pid, 'SIGTERM'))
  .unref()
  .resume();
process.stdout.write(`${JSON.stringify({ ...service.local, pid: process.pid })}\n`);
