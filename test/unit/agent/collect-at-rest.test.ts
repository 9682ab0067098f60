import { expect, test } from 'vitest';
import { CollectAtRest } from '../../../containers/agent/life/collect-at-rest.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const mb = 1_048_576;

function agentAtRest() {
  const clock = new ManualClock();
  const self = { clock, heapBytes: 14 * mb, liveBytes: 10 * mb, lastUsedMs: clock.now(), collections: 0 };
  const collect = () => {
    self.collections += 1;
    self.heapBytes = self.liveBytes;
  };
  const watch = new CollectAtRest({
    clock,
    collect,
    heapBytes: () => self.heapBytes,
    lastUsedMs: () => self.lastUsedMs,
  });
  return Object.assign(self, { watch });
}

test('what has gathered is collected when nobody has asked for anything for five seconds', () => {
  const agent = agentAtRest();
  for (let second = 0; second < 60; second += 1) {
    agent.lastUsedMs = agent.clock.now();
    agent.clock.pass(1_000);
  }
  expect(agent.collections).toBe(0);
  agent.clock.pass(10_000);
  expect(agent.collections).toBe(1);
});

test('an agent that goes on resting collects no second time before there is something to collect', () => {
  const agent = agentAtRest();
  agent.clock.pass(3_600_000);
  expect(agent.collections).toBe(1);
  agent.heapBytes += mb;
  agent.clock.pass(60_000);
  expect(agent.collections).toBe(1);
  agent.heapBytes += 3 * mb;
  agent.clock.pass(60_000);
  expect(agent.collections).toBe(2);
});

test('what V8 has collected by itself counts as much as what is collected at rest', () => {
  const agent = agentAtRest();
  agent.clock.pass(10_000);
  agent.heapBytes = 6 * mb;
  agent.clock.pass(10_000);
  agent.heapBytes = 9 * mb;
  agent.liveBytes = 6 * mb;
  agent.clock.pass(10_000);
  expect(agent.collections).toBe(2);
});

test('nothing is collected of an agent that has ended', () => {
  const agent = agentAtRest();
  agent.watch[Symbol.dispose]();
  agent.clock.pass(60_000);
  expect(agent.collections).toBe(0);
});
