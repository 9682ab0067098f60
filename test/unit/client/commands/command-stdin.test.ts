import { expect, test } from 'vitest';
import { CommandStdin } from '../../../../client/commands/command-stdin.ts';
import { httpTransport } from '../../../../client/commands/transport/http-transport.ts';
import { openConnection } from '../../../../client/connection.ts';
import {
  answer,
  type Behaviour,
  commandId,
  fail,
  hangUp,
  type MisbehavingService,
  misbehavingService,
  sandboxId,
} from '../../../support/fakes/misbehaving-service.ts';

async function stdinOf({ url }: MisbehavingService, offset?: number): Promise<CommandStdin> {
  const connection = await openConnection({ url, credentials: { token: 't' } });
  return new CommandStdin({ connection, transport: httpTransport(connection), sandboxId }, commandId, offset);
}
const taken = (offset: number, eof = false) => answer(200, { offset, eof });
const bodies = ({ seen }: MisbehavingService) => seen.map(({ body }) => JSON.parse(body));
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A pipe that takes what fits, and may lose its answers. */
function pipe(room: () => number, loses: () => boolean) {
  const got: Buffer[] = [];
  let size = 0;
  const behaviour: Behaviour = (response, request) => {
    const { data = '', offset = size } = JSON.parse(request.body);
    const fresh = Buffer.from(data, 'base64').subarray(Math.max(0, size - offset));
    const part = fresh.subarray(0, room());
    got.push(part);
    size += part.length;
    return (loses() ? hangUp : taken(size))(response, request);
  };
  return { behaviour, text: () => Buffer.concat(got).toString() };
}

test('writes go in order with the offset of each, and the end after them', async () => {
  await using service = await misbehavingService(taken(2), taken(5), taken(5, true));
  const stdin = await stdinOf(service, 0);
  await Promise.all([stdin.write('ab'), stdin.write(new Uint8Array([99, 100, 101])), stdin.end()]);
  expect(bodies(service)).toEqual([
    { data: base64('ab'), offset: 0 },
    { data: base64('cde'), offset: 2 },
    { offset: 5, eof: true },
  ]);
});

test('each byte arrives once, though answers are lost and little fits at a time', async () => {
  let turn = 0;
  const { behaviour, text } = pipe(
    () => [3, 0, 5][turn % 3] ?? 0,
    () => turn++ % 3 === 1,
  );
  await using service = await misbehavingService(behaviour);
  await (await stdinOf(service, 0)).write('the quick brown fox');
  expect(text()).toBe('the quick brown fox');
});

test('a command that doesn’t read is waited for', async () => {
  await using service = await misbehavingService(fail('rate_limited', { 'retry-after': '0' }), taken(1));
  await (await stdinOf(service, 0)).write('a');
  expect(service.seen).toHaveLength(2);
});

test('where nobody knows how much was written, it is asked for first', async () => {
  await using service = await misbehavingService(taken(40), taken(41));
  await (await stdinOf(service)).write('x');
  expect(bodies(service)).toEqual([{}, { data: base64('x'), offset: 40 }]);
});

test('two writers are told of each other, and nothing is lost in silence', async () => {
  await using service = await misbehavingService(taken(9));
  await expect((await stdinOf(service, 0)).write('ab')).rejects.toMatchObject({
    code: 'conflict',
    details: { field: 'offset', value: '9' },
  });
});

test('a write that fails does not keep the next one from being tried', async () => {
  await using service = await misbehavingService(fail('not_found'), taken(1));
  const stdin = await stdinOf(service, 0);
  const [first, second] = await Promise.allSettled([stdin.write('a'), stdin.write('b')]);
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
});
