import { expect, test } from 'vitest';
import { Home } from '../../../containers/agent/home/home.ts';
import type { HomeHelper } from '../../../containers/agent/home/home-helper.ts';
import type { HomeRepository } from '../../../containers/agent/home/home-repository.ts';
import { saveAtEnd } from '../../../containers/agent/life/save-at-end.ts';
import { HomeOrder } from '../../../contract/home/home-order.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const silent = { info: () => undefined, error: () => undefined };
const turns = async () => {
  for (let n = 0; n < 20; n++) await new Promise(setImmediate);
};

/** A home that is never walked to its end: what walks it goes on until it is given up. */
async function endlessHome() {
  const clock = new ManualClock();
  let walks = 0;
  const helper = {
    scan: (signal: AbortSignal) => {
      walks++;
      return new Promise<never>((_, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
    [Symbol.asyncDispose]: async () => undefined,
  } as unknown as HomeHelper;
  const repository = { head: async () => undefined } as unknown as HomeRepository;
  const order = HomeOrder.parse({ enabled: true, from: null });
  const home = new Home({ helper, repository, sandboxId: 'sbx', order, clock, log: silent, onChange: () => undefined });
  await home.restore(new AbortController().signal);
  return { clock, home, walks: () => walks };
}

test('a save that is under way when the sandbox ends has no more time than the one for the end', async () => {
  const { clock, home, walks } = await endlessHome();
  const asked = home.save({ cause: 'asked', signal: new AbortController().signal });
  const failed = expect(asked).rejects.toMatchObject({ code: 'time_ran_out' });
  let over = false;
  const ending = saveAtEnd(home, clock).then(() => (over = true));
  await turns();
  clock.pass(49_999);
  await turns();
  expect({ over, walks: walks() }).toEqual({ over: false, walks: 1 });
  clock.pass(1);
  await ending;
  await failed;
  expect(home.report.fault).toMatchObject({ code: 'time_ran_out' });
});
