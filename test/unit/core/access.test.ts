import { expect, test } from 'vitest';
import { createAccess } from '../../../lambdas/core/access/create-access.ts';
import { endAccess } from '../../../lambdas/core/access/end-access.ts';
import { resumeAccess } from '../../../lambdas/core/access/resume-access.ts';
import { reportOutcomes } from '../../../lambdas/core/agent/report-outcomes.ts';
import { commandId, reportOf } from '../../support/agent/command-samples.ts';
import { agentOf, callOf, person } from '../../support/calls.ts';
import { FakeClientChannels, unavailable } from '../../support/fakes/fakes.ts';
import { fakeService } from '../../support/stack/sandbox-life.ts';

const ada = person('ada');

async function begin() {
  const life = fakeService();
  const channels = new FakeClientChannels();
  const ports = { ...life.ports, clientChannels: channels };
  const sandbox_id = await life.ready();
  const create = async (body: object = {}) => {
    const answer = await createAccess(ports, callOf('createAccess', ada, { params: { sandbox_id }, body }));
    if (!('body' in answer)) throw new Error('the answer comes later');
    return answer.body;
  };
  const resume = (grant: string, body: object = {}, caller = ada) =>
    resumeAccess(ports, callOf('resumeAccess', caller, { params: { sandbox_id, grant }, body }));
  const end = (grant: string, caller = ada) =>
    endAccess(ports, callOf('endAccess', caller, { params: { sandbox_id, grant } }));
  return { ...life, createSandbox: life.create, ports, channels, sandbox_id, create, resume, end };
}

test('fails with forbidden where the deployment offers no channels', async () => {
  const { ports, sandbox_id } = await begin();
  const off = { ...ports, clientChannels: undefined };
  const call = callOf('createAccess', ada, { params: { sandbox_id } });
  await expect(createAccess(off, call)).rejects.toMatchObject({ code: 'forbidden' });
});

test('C1: a channel is refused while the sandbox starts, and to anybody but its owner', async () => {
  const { ports, create, createSandbox, sandbox_id, channels } = await begin();
  const { sandbox_id: young } = await createSandbox();
  const ask = (caller: typeof ada, id: string) =>
    createAccess(ports, callOf('createAccess', caller, { params: { sandbox_id: id } }));
  await expect(ask(ada, young)).rejects.toMatchObject({ code: 'sandbox_not_ready' });
  await expect(ask(person('eve'), sandbox_id)).rejects.toMatchObject({ code: 'not_found' });
  expect(channels.opened).toEqual([]);
  expect(await create()).toMatchObject({ sandbox_id });
});

test('a grant says whose it is, what it may, and lasts no longer than it was asked for or its sandbox lives', async () => {
  const { create, clock, channels, recordOf, sandbox_id } = await begin();
  const access = await create({ ttl_seconds: 600 });
  const grant = JSON.parse(access.grant);
  expect(grant).toMatchObject({ grant_id: access.grant_id, sandbox_id, user_id: 'ada', expires_at: access.expires_at });
  expect(Date.parse(access.expires_at)).toBe(clock.now() + 600_000);
  expect(access.session).toEqual({ session_id: 'session-1', stream_url: 'wss://stream', token: 'first' });
  expect(access.channel_key).toBe(Buffer.from(access.grant).toString('base64'));
  expect(channels.opened[0]?.expiresAtMs).toBe(Date.parse(access.expires_at));
  const { expires_at } = recordOf(sandbox_id);
  clock.pass(Date.parse(expires_at) - clock.now() - 90_000);
  expect((await create({ ttl_seconds: 3_600 })).expires_at).toBe(expires_at);
});

test('a session is ended when its grant could not be written down', async () => {
  const { ports, create, channels } = await begin();
  ports.access.save = () => Promise.reject(unavailable());
  await expect(create()).rejects.toMatchObject({ code: 'unavailable' });
  expect(channels.ended).toEqual(['session-1']);
});

test('resuming gives a token and a later expiry, renewing the expiry alone', async () => {
  const { create, resume, clock } = await begin();
  const { grant_id, expires_at } = await create();
  clock.pass(300_000);
  const resumed = await resume(grant_id);
  expect(resumed).toMatchObject({ status: 200, body: { grant_id, session: { token: 'another' } } });
  expect('body' in resumed && Date.parse(resumed.body.expires_at)).toBe(Date.parse(expires_at) + 300_000);
  expect(await resume(grant_id, { stream_token: false })).toMatchObject({ body: { session: { token: null } } });
});

test('fails with access_ended once the grant has expired, lost its slot or its session, or was ended', async () => {
  const ended = { code: 'access_ended' };
  const expired = await begin();
  const { grant_id } = await expired.create({ ttl_seconds: 60 });
  expired.clock.pass(60_000);
  await expect(expired.resume(grant_id)).rejects.toMatchObject(ended);
  for (const lost of [{ isKept: false }, { isOver: true }]) {
    const { create, resume, channels } = await begin();
    const access = await create();
    Object.assign(channels, lost);
    await expect(resume(access.grant_id)).rejects.toMatchObject(ended);
    expect(channels.ended).toEqual(['session-1']);
    Object.assign(channels, { isKept: true, isOver: false });
    await expect(resume(access.grant_id)).rejects.toMatchObject(ended);
  }
});

test('ending a grant ends its session and tells the agent, however often, until it would have expired', async () => {
  const { create, end, resume, beat, clock, channels, sandbox_id } = await begin();
  const { grant_id } = await create();
  const first = await end(grant_id);
  clock.pass(1_000);
  expect(await end(grant_id)).toEqual(first);
  expect(channels.ended).toContain('session-1');
  await expect(resume(grant_id)).rejects.toMatchObject({ code: 'access_ended' });
  expect(await beat(sandbox_id, {})).toMatchObject({ body: { revoked_grants: [grant_id] } });
  clock.pass(900_000);
  expect(await beat(sandbox_id, {})).toMatchObject({ body: { revoked_grants: [] } });
});

test('nobody else renews or ends a grant, and one of another sandbox is none', async () => {
  const { create, resume, end, ports, ready } = await begin();
  const { grant_id } = await create();
  const eve = person('eve');
  await expect(resume(grant_id, {}, eve)).rejects.toMatchObject({ code: 'not_found' });
  await expect(end(grant_id, eve)).rejects.toMatchObject({ code: 'not_found' });
  const params = { sandbox_id: await ready(), grant: grant_id };
  await expect(endAccess(ports, callOf('endAccess', ada, { params }))).rejects.toMatchObject({ code: 'not_found' });
});

test('H4: a command that came through a channel leaves one line with who ran it', async () => {
  const { ports, sandbox_id, taskIdOf } = await begin();
  const audit = { grant_id: `grt_${'0'.repeat(26)}`, user_id: 'ada', program: 'ls', command_bytes: 2 };
  const outcome = reportOf();
  const other = reportOf({ command_id: commandId(1) });
  const body = { outcomes: [{ ...outcome, audit }, other] };
  await reportOutcomes(
    ports,
    callOf('reportOutcomes', agentOf(taskIdOf(sandbox_id)), { params: { sandbox_id }, body }),
  );
  expect(ports.log.lines.map(({ fields }) => fields)).toEqual([
    expect.objectContaining({
      event: 'command.exec',
      via: 'client_channel',
      sandboxId: sandbox_id,
      userId: 'ada',
      grantId: audit.grant_id,
      commandId: outcome.command_id,
      program: 'ls',
      commandOutcome: 'exited',
    }),
  ]);
});

test('a slot whose holder has gone without a word is given back, once the agent sees no channel of it', async () => {
  const { ports, beat, sandbox_id, clock } = await begin();
  const lend = (slot: number, grantId: string) =>
    ports.lentSlots.lent.push({ slot, fence: 1, grantId, lentAtMs: clock.now() });
  const [gone, open, coming] = ['0', '1', '2'].map((digit) => `grt_${digit.repeat(26)}`) as [string, string, string];
  lend(1, gone);
  lend(2, open);
  await beat(sandbox_id, { open_grants: [] });
  expect(ports.lentSlots.givenBack).toEqual([]);
  clock.pass(100_000);
  lend(3, coming);
  await beat(sandbox_id, {});
  expect(ports.lentSlots.givenBack).toEqual([]);
  await beat(sandbox_id, { open_grants: [open] });
  expect(ports.lentSlots.givenBack).toEqual([{ grantId: gone, atMs: clock.now() + 5_000 }]);
});

test('an agent gets its deadline also when nobody knows which slots are lent', async () => {
  const { ports, beat, sandbox_id } = await begin();
  ports.lentSlots.of = () => Promise.reject(unavailable());
  expect(await beat(sandbox_id, { open_grants: [] })).toMatchObject({ status: 200, body: { stop: 'no' } });
});
