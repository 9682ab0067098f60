import { readFileSync } from 'node:fs';
import { buffer, text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createClock } from '../../../contract/clock.ts';
import type { Functions } from '../../../local/lambda/create-functions.ts';
import { deployFunctions } from '../../support/stack/deploy-functions.ts';

const ask = async (functions: Functions, event: object) => text((await functions.invoke('streaming', event)).body);
const bodyOf = (answer: string) => answer.slice(answer.indexOf('\0'.repeat(8)) + 8);
const inside = async (functions: Functions) => JSON.parse(bodyOf(await ask(functions, { do: 'environment' })));
const stateOf = (pid: number) => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
const isAlive = (pid: number) => {
  try {
    return stateOf(pid) !== 'Z';
  } catch {
    return false;
  }
};

test('a streamed answer is JSON metadata, eight NUL bytes and the body', async () => {
  const { functions } = await deployFunctions();
  const { streaming, contentType, body } = await functions.invoke('streaming', { do: 'answer', body: 'täxt' });
  expect({ streaming, contentType }).toEqual({
    streaming: true,
    contentType: 'application/vnd.awslambda.http-integration-response',
  });
  expect(await text(body)).toBe(
    `${JSON.stringify({ statusCode: 201, headers: { 'x-made-by': 'test' } })}${'\0'.repeat(8)}täxt`,
  );
});

test('the chunks of a stream arrive as they are written', async () => {
  const { functions } = await deployFunctions();
  const { body } = await functions.invoke('streaming', { do: 'chunks' });
  const chunks: string[] = [];
  for await (const chunk of body) chunks.push(String(chunk));
  expect(chunks.length).toBeGreaterThan(2);
  expect(bodyOf(chunks.join(''))).toBe('one two three');
});

test('a large answer to a slow reader arrives whole', async () => {
  const { functions } = await deployFunctions();
  const { body } = await functions.invoke('streaming', { do: 'big', bytes: 16 * 1024 * 1024 });
  const whole = await buffer(body);
  const start = whole.indexOf(Buffer.alloc(8)) + 8;
  expect(whole.length - start).toBe(16 * 1024 * 1024);
  expect(whole[start + 65_536 * 200]).toBe(200);
});

test('an environment is used again, frozen between two events, and answers one at a time', async () => {
  const { functions } = await deployFunctions();
  const first = await inside(functions);
  await expect.poll(() => stateOf(first.pid)).toBe('T');
  const second = await inside(functions);
  expect(second).toMatchObject({ pid: first.pid, count: 2 });

  const frozen = () => expect.poll(() => stateOf(first.pid)).toBe('T');
  for (let count = 3; count < 20; count += 1) {
    await frozen();
    expect(await inside(functions)).toMatchObject({ pid: first.pid, count });
  }
  await frozen();
  await functions.invoke('streaming', { do: 'hang' });
  expect(await inside(functions)).toMatchObject({ count: 1 });
});

test('a function finds what Lambda gives it, its settings and its own credentials, and nothing of the host', async () => {
  const { functions } = await deployFunctions();
  const { env } = await inside(functions);
  expect(env).toMatchObject({
    MATRX_TABLE: 'a-table',
    AWS_LAMBDA_FUNCTION_NAME: 'streaming',
    AWS_ACCESS_KEY_ID: 'ASIATEST',
    AWS_REGION: 'us-east-1',
  });
  expect(Object.keys(env).filter((name) => !/^(AWS_|LAMBDA_|MATRX_|_HANDLER$|PATH$|LANG$|TZ$)/.test(name))).toEqual([]);
});

test('fails when the handler throws, by the name of what it threw', async () => {
  const { functions, logs } = await deployFunctions();
  await expect(functions.invoke('streaming', { do: 'throw' })).rejects.toMatchObject({
    errorType: 'RangeError',
    message: 'refused by the handler',
  });
  await expect.poll(() => logs.join('\n')).toContain('streaming: RangeError: refused by the handler');
  expect(bodyOf(await ask(functions, { do: 'answer', body: 'next' }))).toBe('next');
});

test('fails in the middle when the handler breaks off, and the environment answers the next event', async () => {
  const { functions } = await deployFunctions();
  const { body } = await functions.invoke('streaming', { do: 'breakOff' });
  await expect(text(body)).rejects.toMatchObject({ errorType: 'RangeError' });
  expect(bodyOf(await ask(functions, { do: 'answer', body: 'next' }))).toBe('next');
});

test('an environment that dies is replaced', async () => {
  const { functions } = await deployFunctions();
  await expect(functions.invoke('streaming', { do: 'exit' })).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(bodyOf(await ask(functions, { do: 'answer', body: 'next' }))).toBe('next');
});

test('a function that takes longer than it may is ended, its answer broken off', async () => {
  const { functions } = await deployFunctions({ timeoutSeconds: 60, clock: createClock(200, Date.now()) });
  const { body } = await functions.invoke('streaming', { do: 'hang' });
  await expect(text(body)).rejects.toMatchObject({ errorType: 'Sandbox.Timedout' });
});

test('fails when the function cannot be loaded, each time', async () => {
  const { functions } = await deployFunctions({ fixtures: { broken: 'broken.ts' } });
  for (let time = 0; time < 2; time += 1) {
    await expect(functions.invoke('broken', {})).rejects.toMatchObject({
      errorType: 'SyntaxError',
      message: 'broken at load',
    });
  }
});

test('beyond its environments events wait, and beyond those they are refused', async () => {
  const { functions } = await deployFunctions({ limits: { environments: 1, queued: 1 } });
  const results = await Promise.allSettled(
    ['a', 'b', 'c'].map(async (body) => bodyOf(await ask(functions, { do: 'answer', body }))),
  );
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.reason))).toEqual([
    'a',
    'b',
    'throttled',
  ]);
});

test('an event larger than Lambda takes is refused', async () => {
  const { functions } = await deployFunctions();
  await expect(functions.invoke('streaming', { body: 'x'.repeat(6 * 1024 * 1024) })).rejects.toMatchObject({
    reason: 'too_large',
  });
});

test('an environment nobody uses is ended after its idle time', async () => {
  const { functions } = await deployFunctions({ clock: createClock(200, Date.now()), timeoutSeconds: 900 });
  const { pid } = await inside(functions);
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test('nothing is left when the functions are disposed, frozen or busy', async () => {
  const { functions } = await deployFunctions();
  const [frozen, busy] = await Promise.all([inside(functions), inside(functions)]);
  const { body } = await functions.invoke('streaming', { do: 'hang' });
  const broken = text(body).catch((error) => error);
  await functions[Symbol.asyncDispose]();
  expect(await broken).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect([frozen.pid, busy.pid].filter(isAlive)).toEqual([]);
  await expect(functions.invoke('streaming', {})).rejects.toMatchObject({ reason: 'stopped' });
});

test('a function in the returning form answers JSON and is logged line by line', async () => {
  const { functions, logs } = await deployFunctions({ fixtures: { plain: 'plain.ts' } });
  const { streaming, body } = await functions.invoke('plain', { log: 'one\ntwo' });
  expect({ streaming, value: JSON.parse(await text(body)) }).toEqual({
    streaming: false,
    value: { failures: 0, event: { log: 'one\ntwo' } },
  });
  await expect.poll(() => logs).toEqual(['plain: one', 'plain: two']);
});
