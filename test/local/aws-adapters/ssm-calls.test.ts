import { ECSClient } from '@aws-sdk/client-ecs';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { endSession, resumeSession } from '../../../lambdas/aws/channel/kept/sessions.ts';
import { ssmCalls } from '../../../lambdas/aws/channel/ssm/ssm-calls.ts';
import { translateError } from '../../../lambdas/aws/translate-error.ts';
import { AwsError } from '../../../local/aws/aws-error.ts';
import { createJsonService } from '../../../local/aws/json-service.ts';
import { Principals } from '../../../local/aws/keys.ts';

/** A service that answers each call by the next of its answers, and the last one from then on. */
async function start(...answers: (() => object | Promise<object>)[]) {
  const principals = new Principals();
  const asked: unknown[] = [];
  const next = async (input: object) => {
    asked.push(input);
    return (answers.length > 1 ? answers.shift() : answers[0])?.() ?? {};
  };
  const service = createJsonService({
    target: 'AmazonSSM',
    service: 'ssm',
    region: 'us-east-1',
    principals,
    actions: { ResumeSession: next, TerminateSession: next },
    jsonVersion: '1.1',
    internalError: 'InternalServerError',
    clock: systemClock,
  });
  const listening = await service.listen();
  const { credentials } = principals.issueService('caller');
  const ecs = new ECSClient({ region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(async () => {
    ecs.destroy();
    await listening[Symbol.asyncDispose]();
  });
  return { asked, ssm: ssmCalls(ecs, { clock: systemClock, endpoint: listening.url }), ecs };
}

const refuse =
  (name: string, status = 400) =>
  () => {
    throw new AwsError(name, 'in words', status);
  };
const token = () => ({ SessionId: 'one', TokenValue: 'way back' });
const { signal } = new AbortController();

test('a session is resumed by a signed call, whose answer is its new token', async () => {
  const { ssm, asked } = await start(token);
  await expect(resumeSession(ssm, 'one')(signal)).resolves.toEqual({ tokenValue: 'way back' });
  expect(asked).toEqual([{ SessionId: 'one' }]);
});

test('a session that the service does not know has no way back, and has ended', async () => {
  const { ssm, asked } = await start(refuse('DoesNotExistException'));
  await expect(resumeSession(ssm, 'one')(signal)).resolves.toBeUndefined();
  await expect(endSession(ssm, 'one')).resolves.toBe(true);
  expect(asked).toHaveLength(2);
});

test.each(['ThrottlingException', 'InternalServerError'])('a call refused by %s is made again', async (name) => {
  const { ssm, asked } = await start(refuse(name, name.startsWith('Internal') ? 500 : 400), token);
  await expect(resumeSession(ssm, 'one')(signal)).resolves.toEqual({ tokenValue: 'way back' });
  expect(asked).toHaveLength(2);
});

test('a call that is refused three times keeps the name and the status of the refusal', async () => {
  const { ssm, asked } = await start(refuse('ThrottlingException'));
  const error = await ssm('ResumeSession', 'one').catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: 'ThrottlingException', message: 'in words', $metadata: { httpStatusCode: 400 } });
  expect(translateError('channel', error)).toMatchObject({ code: 'rate_limited', details: { part: 'channel' } });
  expect(asked).toHaveLength(3);
});

test('a refusal that does not pass is not asked for again', async () => {
  const { ssm, asked } = await start(refuse('AccessDeniedException'));
  await expect(ssm('TerminateSession', 'one')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(endSession(ssm, 'one')).resolves.toBe(false);
  expect(asked).toHaveLength(2);
});

test('a call that its caller gives up is not made again', async () => {
  const caller = new AbortController();
  const { ssm, asked } = await start(() => {
    caller.abort();
    return new Promise(() => undefined);
  });
  await expect(ssm('ResumeSession', 'one', caller.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(asked).toHaveLength(1);
});

test('a service that nobody listens for is unavailable', async () => {
  const { ecs } = await start();
  const ssm = ssmCalls(ecs, { clock: systemClock, endpoint: 'http://127.0.0.1:1' });
  const error = await ssm('ResumeSession', 'one').catch((caught: unknown) => caught);
  expect(translateError('channel', error)).toMatchObject({ code: 'unavailable' });
});
