import { expect, test } from 'vitest';
import { openConnection } from '../../../client/connection.ts';
import { send } from '../../../client/http/send/send.ts';
import { Sandbox } from '../../../client/sandbox.ts';
import { Principals } from '../../../local/aws/keys.ts';
import { verifySignature } from '../../../local/aws/verify-signature.ts';
import { answer, type Behaviour, misbehavingService, sandboxRecord } from '../../support/fakes/misbehaving-service.ts';

const region = 'eu-west-1';

/** Answers only what AWS would take as signed. */
const verifying =
  (principals: Principals, body: unknown): Behaviour =>
  async (response, request) => {
    const verdict = await verifySignature(request, Buffer.from(request.body), {
      principals,
      region,
      service: 'execute-api',
    });
    await answer(verdict.ok ? 200 : 403, verdict.ok ? body : { message: verdict.message })(response, request);
  };

test('a service’s requests are signed as AWS verifies them, query, body and session token included', async () => {
  const principals = new Principals();
  const page = { sandboxes: [], next_cursor: null };
  await using lists = await misbehavingService(verifying(principals, page));
  await using changes = await misbehavingService(verifying(principals, sandboxRecord()));
  const params = { sandbox_id: sandboxRecord().sandbox_id };
  for (const { credentials } of [
    principals.issueService('ci'),
    principals.issueSession('service', 'deployer', 'session'),
  ]) {
    const as = { credentials: { ...credentials, region } };
    const label = { team: "a b+c/d&e=f'(é)*!", 'x/y': '~' };
    const query = { label, user_id: 'ann' };
    expect(await send(await openConnection({ url: lists.url, ...as }), 'listSandboxes', { query })).toEqual(page);
    const patched = send(await openConnection({ url: `${changes.url}/prod/`, ...as }), 'patchSandbox', {
      params,
      body: { labels: label },
    });
    expect((await patched).user_id).toBe('ann');
  }
  expect(changes.seen[0]?.url).toBe(`/prod/iam/v1/sandboxes/${params.sandbox_id}`);
});

test('a wrong secret is refused, and the refusal is typed', async () => {
  const principals = new Principals();
  const { credentials } = principals.issueService('ci');
  await using service = await misbehavingService(verifying(principals, sandboxRecord()));
  const wrong = { ...credentials, secretAccessKey: 'wrong', region };
  const opening = Sandbox.connect(sandboxRecord().sandbox_id, { url: service.url, credentials: wrong });
  await expect(opening).rejects.toMatchObject({ code: 'forbidden', status: 403 });
});
