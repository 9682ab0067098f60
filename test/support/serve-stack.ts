// A whole service as a process of its own, which tests may kill: prints what `local.json` says when it is ready.
// Arguments: the data folder and the folder of bundles.

import { startService } from '../../local/start.ts';

const [dataDir = '', buildDir = ''] = process.argv.slice(2);
const service = await startService({ dataDir, buildDir, port: 0, pace: 'fast' });
process.once('SIGTERM', () => void service[Symbol.asyncDispose]());
process.stdout.write(`${JSON.stringify({ ...service.local, pid: process.pid })}\n`);
