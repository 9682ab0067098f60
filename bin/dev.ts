// `npm run dev`: the service, started again when a source changes. Arguments are those of `npm start`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const sources = ['contract', 'channel', 'lambdas', 'containers', 'local'];
// An editor writes a file in several steps, and a branch switch many files.
const quietMs = 300;

let service: ChildProcess | undefined;
let timer: NodeJS.Timeout | undefined;
let restarting = Promise.resolve();

function start(): void {
  const args = [join(root, 'local/main.ts'), ...process.argv.slice(2)];
  service = spawn(process.execPath, args, { stdio: 'inherit' });
}

async function stop(): Promise<void> {
  if (!service || service.exitCode !== null || service.signalCode !== null) return;
  const gone = once(service, 'exit');
  service.kill('SIGTERM');
  await gone;
}

async function restart(): Promise<void> {
  await stop();
  start();
}

for (const folder of sources) {
  watch(join(root, folder), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      restarting = restarting.then(restart);
    }, quietMs);
  });
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    clearTimeout(timer);
    await restarting;
    await stop();
    process.exit();
  });
}
start();
