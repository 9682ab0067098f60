import { expect, test } from 'vitest';
import { askAgent } from '../../../client/node/channel/ask-agent.ts';
import { createClock, systemClock } from '../../../contract/clock.ts';
import { type AgentAsked, playedAgent } from '../../support/fakes/played-agent.ts';

async function ask(play: (asked: AgentAsked) => void, clock = systemClock) {
  const { open } = await playedAgent(play);
  const { http } = await open();
  const { signal } = new AbortController();
  return askAgent(http, { method: 'GET', path: '/commands' }, { clock, signal });
}

test('a refusal of the agent that never ends is given up', async () => {
  const asked = ask(
    ({ stream }) => {
      stream.respond({ ':status': 404 });
      stream.write('{"error":');
    },
    createClock(100, Date.now()),
  );
  await expect(asked).rejects.toMatchObject({ code: 'connection_lost' });
});

test('a refusal that is too long is read no further, and its stream is over', async () => {
  const streams: AgentAsked['stream'][] = [];
  const asked = ask(({ stream }) => {
    streams.push(stream);
    stream.respond({ ':status': 500 });
    stream.write('x'.repeat(128 * 1024));
  });
  await expect(asked).rejects.toMatchObject({ code: 'internal' });
  await expect.poll(() => streams[0]?.closed).toBe(true);
});
