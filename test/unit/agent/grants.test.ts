import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { grantIdentity, renewalMac } from '../../../channel/codec/grant-key.ts';
import { proveNear } from '../../../channel/near/prove.ts';
import { GrantedChannel } from '../../../containers/agent/access/granted-channel.ts';
import { GrantedCommands } from '../../../containers/agent/access/granted-commands.ts';
import { grantedFileDoor } from '../../../containers/agent/access/granted-file-door.ts';
import { Grants } from '../../../containers/agent/access/grants.ts';
import { provePeer } from '../../../containers/agent/access/prove-peer.ts';
import type { Commands } from '../../../containers/agent/commands/commands.ts';
import type { FileDoor } from '../../../containers/agent/files/file-door.ts';
import type { Grant } from '../../../contract/agent/grant.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const sandbox = { sandbox_id: `sbx_${'0'.repeat(26)}`, user_id: 'ada' };
const owner = { key: Buffer.alloc(32, 7), context: `${sandbox.sandbox_id}/1` };

function begin(fields: Partial<Grant> = {}) {
  const clock = new ManualClock();
  const grants = new Grants(owner, sandbox, clock);
  const inMs = (ms: number) => new Date(clock.now() + ms).toISOString();
  const grant: Grant = {
    grant_id: `grt_${'0'.repeat(26)}`,
    ...sandbox,
    expires_at: inMs(60_000),
    running_commands: 1,
    bytes: 1_000,
    ...fields,
  };
  const renewal = (change: Partial<Grant>, by = owner) => {
    const text = JSON.stringify({ ...grant, ...change });
    return { text, mac: renewalMac(grantIdentity(by, text), text).toString('base64') };
  };
  return { clock, grants, grant, text: JSON.stringify(grant), inMs, renewal };
}

/** Two ends of a real socket. */
async function sockets(): Promise<{ near: Socket; far: Socket }> {
  const path = join(tmpdir(), `matrx-${randomUUID()}.sock`);
  const server = createServer().listen(path);
  await once(server, 'listening');
  const near = connect(path);
  const [far] = (await once(server, 'connection')) as [Socket];
  near.on('error', () => undefined).resume();
  onTestFinished(() => {
    for (const end of [near, far]) end.destroy();
    server.close();
  });
  return { near, far };
}

/** Whether the near end is let in as the holder of this text, with this key. */
async function attempt(grants: Grants, clock: ManualClock, grant: string, key: Uint8Array, context = owner.context) {
  const [near, far] = duplexPair();
  const answered = provePeer(far as unknown as Socket, { owner, grants, clock });
  const [, answer] = await Promise.allSettled([proveNear(near, { key, context, grant }, clock, 1_000), answered]);
  return answer;
}

test('who has a grant and its key is let in as its holder', async () => {
  const { grants, clock, grant, text } = begin();
  const answer = await attempt(grants, clock, text, grantIdentity(owner, text).key);
  expect(answer).toMatchObject({ status: 'fulfilled', value: { grant } });
});

test('C1: fails when the grant was changed, was for an earlier machine, or is shown with the key of another', async () => {
  const { grants, clock, text } = begin();
  const changed = text.replace('"bytes":1000', '"bytes":9999');
  const { key } = grantIdentity(owner, text);
  const earlier = grantIdentity({ ...owner, context: `${sandbox.sandbox_id}/0` }, text);
  expect(changed).not.toBe(text);
  for (const [shown, shownKey] of [
    [changed, key],
    [text, earlier.key],
    [text, owner.key],
  ] as const)
    expect((await attempt(grants, clock, shown, shownKey)).status).toBe('rejected');
});

test('C1: fails when the grant is for another sandbox or user, has expired, was revoked, or is none', async () => {
  const { grants, clock, grant, inMs } = begin();
  const refused = async (text: string) => {
    const answer = await attempt(grants, clock, text, grantIdentity(owner, text).key);
    return answer.status === 'rejected' ? answer.reason.code : 'let in';
  };
  const text = (change: object) => JSON.stringify({ ...grant, ...change });
  expect(await refused(text({ sandbox_id: `sbx_${'1'.repeat(26)}` }))).toBe('grant_ended');
  expect(await refused(text({ user_id: 'eve' }))).toBe('grant_ended');
  expect(await refused(text({ expires_at: inMs(-1) }))).toBe('grant_ended');
  expect(await refused(text({ more: true }))).toBe('invalid_request');
  expect(await refused('{')).toBe('invalid_request');
  expect(await refused(' '.repeat(2_100))).toBe('invalid_request');
  grants.revoke([grant.grant_id]);
  expect(await refused(text({}))).toBe('grant_ended');
});

test('a channel ends when its grant expires, with the reason first and the socket after that', async () => {
  const { grants, clock, grant } = begin();
  const { far } = await sockets();
  const channel = new GrantedChannel(grant, { grants, socket: far, clock });
  clock.pass(59_999);
  expect(channel.ended.aborted).toBe(false);
  clock.pass(1);
  expect(channel.ended.reason).toMatchObject({ code: 'grant_ended', message: expect.stringContaining('expired') });
  expect(far.destroyed).toBe(false);
  clock.pass(1_000);
  expect(far.destroyed).toBe(true);
});

test('a renewed grant keeps the channel, and one without its key changes nothing', async () => {
  const { grants, clock, grant, inMs, renewal } = begin();
  const { far } = await sockets();
  const channel = new GrantedChannel(grant, { grants, socket: far, clock });
  const later = renewal({ expires_at: inMs(120_000) });
  const forged = renewal({ expires_at: inMs(600_000) }, { ...owner, key: Buffer.alloc(32, 8) });
  const another = renewal({ grant_id: `grt_${'1'.repeat(26)}`, expires_at: inMs(600_000) });
  for (const { text, mac } of [forged, another, { ...later, mac: forged.mac }, { ...later, mac: '' }])
    expect(() => channel.renew(text, mac)).toThrow(expect.objectContaining({ code: 'grant_ended' }));
  channel.renew(later.text, later.mac);
  clock.pass(119_000);
  expect(channel.ended.aborted).toBe(false);
  clock.pass(1_000);
  expect(channel.ended.aborted).toBe(true);
});

test('a channel ends when its grant is revoked, and no other', async () => {
  const { grants, clock, grant } = begin();
  const other = { ...grant, grant_id: `grt_${'1'.repeat(26)}` };
  const open = async (of: Grant) => new GrantedChannel(of, { grants, socket: (await sockets()).far, clock });
  const [revoked, kept] = [await open(grant), await open(other)];
  grants.revoke([grant.grant_id]);
  expect([revoked.ended.aborted, kept.ended.aborted]).toEqual([true, false]);
});

test('a grant is used up by all its channels together', async () => {
  const { grants, clock, grant } = begin();
  const send = async (bytes: number) => {
    const { near, far } = await sockets();
    const channel = new GrantedChannel(grant, { grants, socket: far, clock });
    near.write(Buffer.alloc(bytes));
    for (let read = 0; read < bytes; read = far.bytesRead) await once(far, 'data');
    return channel;
  };
  const first = await send(600);
  clock.pass(1_000);
  expect(first.ended.aborted).toBe(false);
  const second = await send(600);
  clock.pass(1_000);
  expect(second.ended.reason).toMatchObject({ message: expect.stringContaining('used up') });
});

test('H4: so many commands run at once, joining one costs nothing, and each is said to be the grant’s', async () => {
  const { grants, clock, grant } = begin();
  const channel = new GrantedChannel(grant, { grants, socket: (await sockets()).far, clock });
  const ends = new Map<string, () => void>();
  const audits: unknown[] = [];
  // Of the sandbox's commands only what the grant looks at.
  const commands = {
    knows: (id: string) => ends.has(id),
    get: async () => ({ user: 'agent' }),
    start: async ({ command_id }: { command_id: string }, audit?: unknown) => {
      if (ends.has(command_id)) return { ended: Promise.resolve() };
      audits.push(audit);
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      ends.set(command_id, resolve);
      return { ended };
    },
  } as unknown as Commands;
  const granted = new GrantedCommands(commands, channel);
  const order = (n: number) => ({ command_id: `cmd_${n}`, argv: ['ls', 'secret'], env: {}, timeout_seconds: null });
  await granted.start(order(1));
  await granted.start(order(1));
  await expect(granted.start(order(2))).rejects.toMatchObject({ code: 'too_many_commands' });
  ends.get('cmd_1')?.();
  await new Promise(setImmediate);
  await granted.start(order(2));
  const { grant_id, user_id } = grant;
  expect(audits[0]).toEqual({ grant_id, user_id, program: 'ls', command_bytes: 9 });
});

test('files count against the grant that the channel has now, not the one that it came with', async () => {
  const { grants, clock, grant, inMs, renewal } = begin();
  const channel = new GrantedChannel(grant, { grants, socket: (await sockets()).far, clock });
  const door = { enter: () => ({ [Symbol.dispose]: () => {} }) } as unknown as FileDoor;
  const granted = grantedFileDoor(door, channel, { info: () => {}, error: () => {} });
  using _first = granted.enter('statFile');
  expect(() => granted.enter('statFile')).toThrow(expect.objectContaining({ code: 'too_many_commands' }));
  const { text, mac } = renewal({ expires_at: inMs(90_000), running_commands: 2 });
  channel.renew(text, mac);
  using _second = granted.enter('statFile');
});

test('commands that run as root are not for the holder of a grant, neither to start, nor to see, nor to join', async () => {
  const { grants, clock, grant } = begin();
  const channel = new GrantedChannel(grant, { grants, socket: (await sockets()).far, clock });
  const [mine, roots] = [{ user: 'agent' }, { user: 'root' }];
  const commands = {
    knows: () => true,
    get: async (id: string) => (id === 'cmd_mine' ? mine : roots),
    list: (_query: unknown, isShown: (command: object) => boolean) => [mine, roots].filter(isShown),
  } as unknown as Commands;
  const granted = new GrantedCommands(commands, channel);
  const order = { command_id: 'cmd_root', argv: ['id'], env: {}, timeout_seconds: null };
  await expect(granted.start({ ...order, user: 'root' })).rejects.toMatchObject({ code: 'root_refused' });
  await expect(granted.start(order)).rejects.toMatchObject({ code: 'command_not_found' });
  await expect(granted.get('cmd_root')).rejects.toMatchObject({ code: 'command_not_found' });
  expect(await granted.get('cmd_mine')).toBe(mine);
  expect(granted.list({ state: 'all', limit: 10 })).toEqual([mine]);
});
