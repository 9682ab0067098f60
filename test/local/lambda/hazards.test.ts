import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { HazardSettings } from '../../../local/hazards/hazards.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { eventually } from '../../support/machines/compute.ts';
import { deployFunctions } from '../../support/stack/deploy-functions.ts';

const suffering = (
  hazards: HazardSettings['functions'],
  options: Omit<Parameters<typeof deployFunctions>[0], 'hazards'> = {},
) => deployFunctions({ ...options, hazards });

async function ask({ functions }: Awaited<ReturnType<typeof suffering>>, event: object) {
  const answer = await text((await functions.invoke('streaming', event)).body);
  return answer.slice(answer.indexOf('\0'.repeat(8)) + 8);
}

const pidOf = async (deployed: Awaited<ReturnType<typeof suffering>>): Promise<number> =>
  JSON.parse(await ask(deployed, { do: 'environment' })).pid;

const isFrozen = (pid: number): boolean => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T ');

test('a cold start takes as long as it is told, by the clock, and the next event doesn’t wait', async () => {
  const clock = new ManualClock(Date.now());
  const deployed = await suffering({ coldStartMs: 5_000 }, { clock });
  let answered = false;
  const first = pidOf(deployed).finally(() => {
    answered = true;
  });
  // The sweep of idle environments is armed from the start.
  await eventually(() => clock.pending > 1);
  clock.pass(4_999);
  expect(answered).toBe(false);
  clock.pass(1);
  const pid = await first;
  await eventually(() => isFrozen(pid));
  expect(await pidOf(deployed)).toBe(pid);
});

test('an environment that is lost at work breaks its answer off, and the next event gets another one', async () => {
  const deployed = await suffering({ losses: [{ when: 'working', afterMs: 50, skip: 1, times: 1 }] });
  const before = await pidOf(deployed);
  await expect(ask(deployed, { do: 'hang' })).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(await pidOf(deployed)).not.toBe(before);
});

test('an event that has been answered in time is not broken off by a loss that comes later', async () => {
  const clock = new ManualClock(Date.now());
  const deployed = await suffering({ losses: [{ when: 'working', afterMs: 1_000, times: 1 }] }, { clock });
  const before = await pidOf(deployed);
  await eventually(() => isFrozen(before));
  clock.pass(1_000);
  expect(await pidOf(deployed)).toBe(before);
});

test('an environment that is lost in its sleep is replaced without a word', async () => {
  const deployed = await suffering({ losses: [{ function: 'streaming', when: 'frozen', times: 1 }] });
  const before = await pidOf(deployed);
  await eventually(() => {
    try {
      return readFileSync(`/proc/${before}/stat`, 'utf8').includes(') Z ');
    } catch {
      return true;
    }
  });
  expect(await pidOf(deployed)).not.toBe(before);
});

test('a loss of another function’s environment is none of this one’s', async () => {
  const deployed = await suffering({ losses: [{ function: 'other', when: 'working' }] });
  expect(await ask(deployed, { do: 'answer', body: 'whole' })).toBe('whole');
});

test('more events at once than the account may have are refused', async () => {
  const deployed = await suffering({ concurrency: 1 });
  const { body } = await deployed.functions.invoke('streaming', { do: 'hang' });
  await expect(ask(deployed, { do: 'answer' })).rejects.toMatchObject({ reason: 'throttled' });
  body.on('error', () => undefined);
});
