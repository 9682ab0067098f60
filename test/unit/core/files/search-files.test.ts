import { expect, test } from 'vitest';
import { searchFiles } from '../../../../lambdas/core/files/search-files.ts';
import { callOf, person } from '../../../support/calls.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

/** A ready sandbox whose agent finds the same line again and again, and never comes to an end. */
async function liar(text: string) {
  const { ready, ports } = fakeService();
  const sandbox_id = await ready();
  let told = 0;
  ports.channel.told = async function* () {
    for (; ; told++) yield { event: 'match', path: 'a', line: 1, text };
  };
  const search = (streamed: boolean) => {
    const body = { path: '.', text: 'a', max_matches: 10_000 };
    return searchFiles(ports, callOf('searchFiles', person('ada'), { params: { sandbox_id }, body, streamed }));
  };
  return { search, told: () => told };
}

test('an agent that finds more than it was asked for is not listened to any longer', async () => {
  const { search, told } = await liar('a');
  await expect(search(false)).rejects.toMatchObject({ code: 'internal' });
  expect(told()).toBe(10_000);
});

test('a stream of more than was asked for ends with an error', async () => {
  const { search } = await liar('a');
  const answer = await search(true);
  if (!('events' in answer)) throw new Error('no stream');
  const seen: string[] = [];
  for await (const { event } of answer.events) seen.push(event);
  expect(seen).toHaveLength(10_001);
  expect(seen.at(-1)).toBe('error');
});

test('what an agent finds takes no more room than one body has, however long its lines are', async () => {
  const { search } = await liar('a'.repeat(100_000));
  const answer = await search(false);
  if (!('body' in answer)) throw new Error('no body');
  expect(answer.body.truncated).toBe(true);
  expect(answer.body.matches.length).toBeLessThan(100);
});
