import type { CommandHandle, Sandbox } from '../client/index.ts';
import { showTimes, timeEach, timesOf } from './support/measure.ts';
import { plainExec } from './support/plain-exec.ts';
import type { BenchStack } from './support/stack.ts';

const listed = 50;
const beats = 40;

/** Resolves with the first byte; the rest of the command follows untimed. */
async function firstByte(sandbox: Sandbox, rest: Promise<unknown>[]): Promise<void> {
  const seen = Promise.withResolvers<void>();
  const run = sandbox.commands.run(['echo', 'x'], { onStdout: () => seen.resolve() });
  rest.push(run);
  await Promise.race([seen.promise, run]);
}

/** Milliseconds from the moment a command prints the time to the moment its follower has it. Both read one clock. */
async function followLatencies(job: CommandHandle): Promise<readonly number[]> {
  const late: number[] = [];
  for await (const { bytes } of job.output()) {
    const now = performance.timeOrigin + performance.now();
    const last = Buffer.from(bytes).toString().trim().split('\n').at(-1) ?? '';
    late.push(now - Number(last) / 1e6);
  }
  return late;
}

/** Commands in the background through the whole API, beside an engine's own exec, or a plain spawn where there is no engine. */
export async function* benchCommands(stack: BenchStack): AsyncGenerator<string> {
  await using plain = await plainExec();
  yield `${plain.name.padEnd(23)} ${showTimes(await timeEach(50, plain.run))} (n=50)`;

  await using sandbox = await stack.createSandbox();
  const run = () => sandbox.commands.run(['true'], { check: true });
  await timeEach(10, run);
  yield `exec, to its end        ${showTimes(await timeEach(100, run))} (n=100)`;
  const rest: Promise<unknown>[] = [];
  yield `exec, to its first byte ${showTimes(await timeEach(100, () => firstByte(sandbox, rest)))} (n=100)`;
  await Promise.all(rest);
  yield `start                   ${showTimes(await timeEach(100, () => sandbox.commands.start(['true'])))} (n=100)`;

  const list = async () => {
    let count = 0;
    for await (const _ of sandbox.commands.list({ pageSize: listed })) if (++count === listed) break;
  };
  yield `list of ${listed}              ${showTimes(await timeEach(50, list))} (n=50)`;
  const job = await sandbox.commands.start(['true']);
  yield `state of one            ${showTimes(await timeEach(100, () => job.refresh()))} (n=100)`;

  const beating = await sandbox.commands.start(`for i in $(seq ${beats}); do date +%s%N; sleep 0.05; done`);
  const late = await followLatencies(beating);
  yield `follow, print to reader ${showTimes(timesOf(late))} (n=${late.length})`;
}
