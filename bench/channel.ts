import { type ChannelService, openChannelService, type Ran, type Runner } from './support/channel-service.ts';
import { showTimes, type Times, timeEach, timeInTurn, took } from './support/measure.ts';
import { runPlainly } from './support/plain-session.ts';

const mb = 1_000_000;
const random = 'head -c 2000000 /dev/urandom';
const text = 'cat /usr/share/common-licenses/* /usr/share/perl*/*/*.p[lm] | head -c 8000000';
// Of what a plain session gets of text, and of what its path carries of anything.
const targets = { text: 4, random: 0.9 };

/** The channel alone, with no function around it, at several distances, beside a client with a session for each command. */
export async function* benchChannel(): AsyncGenerator<string> {
  for (const delayMs of [0, 20, 80]) {
    await using service = await openChannelService({ pace: 'real', delayMs });
    yield* atDistance(service, delayMs);
  }
  for (const pace of ['real', 'fast'] as const) {
    await using service = await openChannelService({ pace, delayMs: 0 });
    yield* throughput(service, pace);
  }
}

async function* atDistance(service: ChannelService, delayMs: number): AsyncGenerator<string> {
  const name = `${delayMs} ms one way:`;
  const count = delayMs === 0 ? 200 : 40;
  await using environment = service.environment();
  const first = await environment.run(['/bin/true']);
  await using held = await service.held();
  // Agent and channels are new at each distance, and would be slower where fewer commands are timed.
  for (let round = 0; round < 5; round += 1) {
    await atOnce(environment);
    await atOnce(held);
  }
  const [trips, direct, open, byCaller] = await timeInTurn(count, [
    () => held.roundTrip(),
    () => service.direct(['/bin/true']),
    () => environment.run(['/bin/true']),
    () => held.run(['/bin/true']),
  ]);
  const limit = trips.p50 + 10;
  const judge = (times: Times) => `${showTimes(times)}; target ${limit.toFixed(1)} ms ${verdict(times.p50 <= limit)}`;
  yield `${name} round trip on a channel      ${showTimes(trips)}; ${2 * delayMs} ms of it are added`;
  yield `${name} command with no channel      ${showTimes(direct)}`;
  yield `${name} command on an open channel  ${judge(open)}`;
  yield `${name} command on a held channel   ${judge(byCaller)}`;
  yield `${name} 64 commands at once         ${(await took(() => atOnce(environment))).toFixed(0)} ms`;
  const plain = await timeEach(3, () => runPlainly(service, '/bin/true'));
  yield `${name} command on a fresh channel  ${first.ms.toFixed(0)} ms; by a session of its own ${showTimes(plain)}`;
  yield `${name} text                        ${rate(await environment.run(shell(text))).toFixed(2)} MB/s`;
}

const shell = (command: string): readonly string[] => ['/bin/sh', '-c', command];

const atOnce = (runner: Runner) => Promise.all(Array.from({ length: 64 }, () => runner.run(['/bin/true'])));

async function* throughput(service: ChannelService, pace: string): AsyncGenerator<string> {
  await using environment = service.environment();
  await environment.run(['/bin/true']);
  for (const [what, command] of Object.entries({ text, random }) as ['text' | 'random', string][]) {
    const ours = rate(await environment.run(shell(command)));
    const plain = await runPlainly(service, `sh -c 'stty raw -echo; ${command}'`);
    const path = rate({ bytes: plain.bytes, ms: plain.carriedMs });
    const share = ours / (what === 'text' ? rate(plain) : path);
    const target = pace === 'real' ? `; target ${targets[what]} ${verdict(share >= targets[what])}` : '';
    yield `${pace} pace: ${what.padEnd(6)} ${ours.toFixed(2)} MB/s; a plain session ${rate(plain).toFixed(2)}, without its start ${path.toFixed(2)}: ${share.toFixed(1)} times${target}`;
  }
}

const verdict = (isMet: boolean): string => (isMet ? 'met' : 'MISSED');

const rate = ({ bytes, ms }: Ran): number => bytes / mb / (ms / 1_000);
