import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { showTimes, timeEach } from './support/measure.ts';
import type { BenchStack } from './support/stack.ts';

const target = 25;

const spawnTrue = async () => {
  const child = spawn('/bin/true', { stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'close');
};

/** One command through the whole API, on an open channel and on a fresh one, beside a plain spawn. */
export async function* benchExec(stack: BenchStack): AsyncGenerator<string> {
  const plain = await timeEach(100, spawnTrue);
  yield `plain spawn           ${showTimes(plain)} (n=100)`;

  await using sandbox = await stack.createSandbox();
  const run = () => sandbox.commands.run(['/bin/true'], { check: true });
  await timeEach(20, run);
  const open = await timeEach(300, run);
  const ratio = (open.p50 / plain.p50).toFixed(1);
  yield `exec, open channel    ${showTimes(open)} (n=300), ${ratio} times a plain spawn`;
  yield `  target p50 under ${target} ms: ${open.p50 < target ? 'met' : 'MISSED'}`;

  const rest = await timeEach(100, spawnTrue);
  yield `plain spawn again     ${showTimes(rest)} (n=100)`;

  const fresh = await Promise.all(Array.from({ length: 5 }, () => stack.createSandbox()));
  const first = await timeEach(fresh.length, async (index) => fresh[index]?.commands.run(['/bin/true']));
  yield `exec, fresh channel   ${showTimes(first)} (n=5), of which 1,000 ms are the session's fixed silence`;
  await Promise.all(fresh.map((one) => one.kill()));

  const create = await timeEach(5, async () => {
    await using one = await stack.createSandbox();
    return one.info;
  });
  yield `create, ready, delete ${showTimes(create)} (n=5)`;
}
