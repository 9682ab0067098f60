import { accountLimits, type Rate } from '../contract/account-limits.ts';

const creates = 1_000_000;
const daySeconds = 86_400;
const lifeSeconds = 600;
const vcpusEach = 0.5;

/** How creations are spread over the day: a share for each second. */
const profiles = {
  'spread evenly': () => 1 / daySeconds,
  // Nothing at midnight, and at noon twice as many as on average.
  'as people work': (second: number) => (1 - Math.cos((2 * Math.PI * second) / daySeconds)) / daySeconds,
};

/** What a sandbox asks of a limit: so many calls, so long after its creation. */
interface Demand {
  readonly limit: string;
  readonly rate: Rate;
  readonly calls: readonly { readonly afterSeconds: number; readonly count: number }[];
}

// RunTask at once, one channel, and StopTask for the half that doesn't end by itself.
const demands: readonly Demand[] = [
  { limit: 'Fargate launches', rate: accountLimits.launches, calls: [{ afterSeconds: 0, count: 1 }] },
  {
    limit: 'ECS changes',
    rate: accountLimits.ecsChanges,
    calls: [
      { afterSeconds: 0, count: 1 },
      { afterSeconds: 20, count: 1 },
      { afterSeconds: lifeSeconds, count: 0.5 },
    ],
  },
];

interface Queued {
  readonly peakPerSecond: number;
  readonly longestQueue: number;
  readonly longestWaitSeconds: number;
  readonly queuedSeconds: number;
}

/** A day at a token bucket, second by second; what doesn't fit waits. The day repeats, so that its evening is in its morning. */
function replay({ rate, calls }: Demand, share: (second: number) => number): Queued {
  let tokens = rate.burst;
  let queue = 0;
  const worst = { peakPerSecond: 0, longestQueue: 0, longestWaitSeconds: 0, queuedSeconds: 0 };
  for (let second = 0; second < 2 * daySeconds; second++) {
    const wanted = calls.reduce(
      (sum, { afterSeconds, count }) =>
        sum + count * creates * share((second - afterSeconds + daySeconds) % daySeconds),
      0,
    );
    tokens = Math.min(rate.burst, tokens + rate.perSecond);
    queue += wanted;
    const served = Math.min(queue, tokens);
    tokens -= served;
    queue -= served;
    worst.peakPerSecond = Math.max(worst.peakPerSecond, wanted);
    worst.longestQueue = Math.max(worst.longestQueue, queue);
    worst.longestWaitSeconds = Math.max(worst.longestWaitSeconds, queue / rate.perSecond);
    // The first day only fills the second.
    if (second >= daySeconds && queue > 0.5) worst.queuedSeconds += 1;
  }
  return worst;
}

/** How many sandboxes run at once at most. */
function mostAtOnce(share: (second: number) => number): number {
  let running = 0;
  let most = 0;
  for (let second = 0; second < 2 * daySeconds; second++) {
    running += creates * share(second % daySeconds);
    if (second >= lifeSeconds) running -= creates * share((second - lifeSeconds) % daySeconds);
    most = Math.max(most, running);
  }
  return most;
}

const count = (value: number): string => Math.round(value).toLocaleString('en');

function describe({ limit, rate }: Demand, queued: Queued): string {
  const { peakPerSecond, longestQueue, longestWaitSeconds, queuedSeconds } = queued;
  const peak = `${limit}: ${peakPerSecond.toFixed(1)} of ${rate.perSecond} a second at the peak`;
  if (queuedSeconds === 0) return `  ${peak}: nothing waits`;
  const waits = `${count(longestQueue)} wait at worst, ${count(longestWaitSeconds)} s, for ${(queuedSeconds / 3_600).toFixed(1)} hours of the day`;
  return `  ${peak}: ${waits}; raise it to ${Math.ceil(peakPerSecond * 1.2)}`;
}

/** A million creations in a day, each of half a vCPU and for ten minutes, against what AWS allows: where they queue, what to raise. */
export function* replayDay(): Generator<string> {
  for (const [name, share] of Object.entries(profiles)) {
    yield `a day of ${count(creates)} creations, ${name}, each ${vcpusEach} vCPU for ${lifeSeconds / 60} minutes`;
    for (const demand of demands) yield describe(demand, replay(demand, share));
    const most = mostAtOnce(share);
    const vcpus = most * vcpusEach;
    yield `  vCPU: ${count(vcpus)} of ${accountLimits.vcpus} of a new account, for ${count(most)} sandboxes at once; raise it to ${count(Math.ceil(vcpus / 100) * 120)}`;
  }
}
