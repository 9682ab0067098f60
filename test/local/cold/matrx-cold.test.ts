import { createHash, randomBytes } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { readHazards } from '../../../local/hazards/hazards.ts';
import { type ColdSandbox, homeFile, startCold } from '../../support/agent/cold-sandbox.ts';
import { type HomeRig, startHomeRig } from '../../support/agent/home-rig.ts';

const sumOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Somebody else who may do anything with the bucket. */
function everybody({ s3Url, allPowerful, credentialsFor }: HomeRig) {
  const { bucket: Bucket, region } = credentialsFor('ada');
  const { access_key_id: accessKeyId = '', secret_access_key: secretAccessKey = '' } = allPowerful;
  const sessionToken = allPowerful.session_token ?? '';
  const s3 = new S3Client({
    endpoint: s3Url,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  });
  onTestFinished(() => s3.destroy());
  return {
    put: (Key: string, Body: string | Buffer) => s3.send(new PutObjectCommand({ Bucket, Key, Body })),
    read: async (Key: string) =>
      Buffer.from((await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray()) ?? []),
  };
}

async function begin(options: { hazards?: ReturnType<typeof readHazards>; user?: string } = {}) {
  const rig = await startHomeRig(options.hazards && { hazards: options.hazards });
  onTestFinished(() => rig[Symbol.asyncDispose]());
  const sandbox = await startCold(rig, { assignment: { user_id: options.user ?? 'ada' } });
  onTestFinished(() => sandbox[Symbol.asyncDispose]());
  return { rig, sandbox, outside: everybody(rig) };
}

const give = (sandbox: ColdSandbox, name: string, bytes: Buffer) => writeFile(join(sandbox.machine.home, name), bytes);

test('what is put is what is got, in another sandbox of the user’s too, with its SHA-256', async () => {
  const { rig, sandbox, outside } = await begin();
  const bytes = randomBytes(3_000_000);
  await give(sandbox, 'model.bin', bytes);
  const put = await sandbox.run('$COLD put model.bin "models/a b+c!(1).bin"');
  expect(put.err).toBe('');
  expect(JSON.parse(put.out.toString())).toEqual({
    name: 'models/a b+c!(1).bin',
    size: bytes.length,
    sha256: sumOf(bytes),
  });
  expect(sumOf(await outside.read('users/ada/cold/models/a b+c!(1).bin'))).toBe(sumOf(bytes));
  await using second = await startCold(rig);
  const got = await second.run('$COLD get "/data/cold/models/a b+c!(1).bin" here.bin');
  expect(got).toMatchObject({ code: 0, err: '' });
  expect((await homeFile(second, 'here.bin')).equals(bytes)).toBe(true);
  expect((await stat(join(second.machine.home, 'here.bin'))).uid).toBe(1000);
});

test('ls shows folders or everything, over as many pages as there are; stat and rm are of one file', async () => {
  const { sandbox, outside } = await begin();
  for (let i = 0; i < 130; i++) await outside.put(`users/ada/cold/many/${String(i).padStart(3, '0')}`, 'x');
  await outside.put('users/ada/cold/ünï & <so> on', 'hello');
  const top = (await sandbox.run('$COLD ls')).out.toString().trimEnd().split('\n');
  expect(top).toEqual(['many/', expect.stringMatching(/^ +5 \d{4}-.*Z ünï & <so> on$/)]);
  expect((await sandbox.run('$COLD ls many/')).out.toString().trimEnd().split('\n')).toHaveLength(130);
  const all = (await sandbox.run('$COLD ls -r --json')).out.toString().trimEnd().split('\n');
  expect(all.map((line) => JSON.parse(line).name)).toHaveLength(131);
  expect(JSON.parse((await sandbox.run('$COLD stat "ünï & <so> on"')).out.toString())).toMatchObject({
    size: 5,
    sha256: null,
  });
  expect(await sandbox.run('$COLD rm "ünï & <so> on" many/000')).toMatchObject({ code: 0 });
  expect(await sandbox.run('$COLD stat many/000')).toMatchObject({
    code: 1,
    err: 'matrx-cold: file_not_found: there is no cold file many/000\n',
  });
  expect(await sandbox.run('$COLD rm many/000')).toMatchObject({ code: 1 });
});

test.each([
  ['0-99', 0, 100],
  ['100-', 100, 1_000],
  ['-7', 993, 1_000],
])('a range of bytes is got as HTTP has it: %s', async (range, from, to) => {
  const { sandbox, outside } = await begin();
  const bytes = randomBytes(1_000);
  await outside.put('users/ada/cold/f', bytes);
  const { out } = await sandbox.run(`$COLD get f - --range=${range}`);
  expect(out.equals(bytes.subarray(from, to))).toBe(true);
});

test('a range beyond the end, and what is no range, are refused by rule', async () => {
  const { sandbox, outside } = await begin();
  await outside.put('users/ada/cold/f', 'short');
  expect(await sandbox.run('$COLD get f - --range=50-60')).toMatchObject({
    code: 1,
    err: expect.stringContaining('invalid_request: range: expected a range that begins before'),
  });
  expect(await sandbox.run('$COLD get f - --range=5..6')).toMatchObject({ code: 2 });
});

test('a file beyond what one request can bring is refused before it is read', async () => {
  const { sandbox } = await begin();
  expect(await sandbox.run('truncate -s 6G huge; $COLD put huge')).toMatchObject({
    code: 1,
    err: 'matrx-cold: too_large: a cold file has at most 5368709120 bytes, not 6442450944\n',
  });
});

test('an empty file is a file', async () => {
  const { sandbox } = await begin();
  expect(await sandbox.run('touch e && $COLD put e && rm e && $COLD get e && stat -c %s e')).toMatchObject({ code: 0 });
});

test('a file that is there is put over, unless it must not be', async () => {
  const { sandbox, outside } = await begin();
  await outside.put('users/ada/cold/f', 'old');
  await give(sandbox, 'f', Buffer.from('new'));
  expect(await sandbox.run('$COLD put f --no-overwrite')).toMatchObject({
    code: 1,
    err: 'matrx-cold: file_exists: there is a cold file f\n',
  });
  expect(await sandbox.run('$COLD put f')).toMatchObject({ code: 0 });
  expect((await outside.read('users/ada/cold/f')).toString()).toBe('new');
});

test('the second get of a content comes from the user’s own cache, which is checked and has a bound', async () => {
  const { sandbox, outside } = await begin();
  const puts = 'for i in 1 2 3; do head -c 500000 /dev/urandom >f$i; $COLD put f$i >/dev/null; done';
  await sandbox.run(puts);
  expect(
    await sandbox.run('export COLD_CACHE_MB=1; for i in 1 2 3; do $COLD get f$i g$i; cmp f$i g$i; done'),
  ).toMatchObject({
    code: 0,
    out: Buffer.alloc(0),
  });
  const kept = await readdir(join(sandbox.machine.home, '.cache/matrx-cold'));
  expect(kept).toHaveLength(2);
  // What is kept and no longer itself is not given out.
  const spoilt = await sandbox.run(
    'for f in ~/.cache/matrx-cold/*; do echo x >>$f; done; $COLD get f3 again; cmp f3 again',
  );
  expect(spoilt).toMatchObject({ code: 0, out: Buffer.alloc(0) });
  // Storage's own content changes unseen: only the cache can have given the old one.
  const before = sandbox.machine.plane.requests.length;
  await sandbox.run('$COLD get f3 once-more; cmp f3 once-more');
  const asked = sandbox.machine.plane.requests.slice(before).filter((request) => request.includes('/cold/'));
  expect(asked).toHaveLength(1);
  expect((await outside.read('users/ada/cold/f3')).length).toBe(500_000);
});

test('a file that changes while it is put is refused, and storage has what it had', async () => {
  const { sandbox, outside } = await begin();
  await outside.put('users/ada/cold/f', 'old');
  const socket = '--unix-socket "$COLD_SOCKET"';
  const sum = sumOf(Buffer.from('one thing'));
  const { out } = await sandbox.run(
    `printf 'other one' | curl -sS ${socket} -T - -H 'content-length: 9' -H 'transfer-encoding:' -H 'x-matrx-sha256: ${sum}' 'http://cold/file?name=f'`,
  );
  expect(JSON.parse(out.toString()).error).toMatchObject({ code: 'file_changed' });
  expect((await outside.read('users/ada/cold/f')).toString()).toBe('old');
});

test('no name leads out of what is the user’s', async () => {
  const { sandbox, outside } = await begin();
  await outside.put('users/ada/home/head.json', 'theirs');
  await outside.put('users/eve/cold/secret', 'theirs');
  const names = ['', '..', '../home/head.json', 'a/../../x', '/etc/passwd', 'a//b', 'a/', 'x'.repeat(901), 'a\\nb'];
  for (const name of names) {
    const { err } = await sandbox.run(`for v in stat rm; do $COLD $v $'${name}'; done; $COLD get $'${name}' -`);
    const refused = 'matrx-cold: invalid_request: name: expected';
    expect(err.split('\n').map((line) => line.slice(0, refused.length))).toEqual([refused, refused, refused, '']);
  }
});

test('escapes in a name are part of it', async () => {
  const { sandbox, outside } = await begin();
  await give(sandbox, 'f', Buffer.from('mine'));
  for (const name of ['%2e%2e/%2e%2e/eve/cold/secret', '..%2f..', 'a?b=c&d', 'a#b', '\\..\\x']) {
    expect(await sandbox.run(`$COLD put f '${name}'`)).toMatchObject({ code: 0, err: '' });
    expect((await outside.read(`users/ada/cold/${name}`)).toString()).toBe('mine');
  }
});

test('L9: storage that does not answer is given up when the call’s time is over', async () => {
  const { sandbox } = await begin();
  sandbox.machine.plane.fault = () => {};
  const { code, err } = await sandbox.run('$COLD stat f --timeout 1');
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('timed_out') });
  sandbox.machine.plane.fault = undefined;
});

test('what breaks off on its way is got again, and nothing unfinished is left behind', async () => {
  const bodies = [{ direction: 'down', afterBytes: 100_000, fate: 'cut', times: 2 }];
  const { sandbox, outside } = await begin({ hazards: readHazards({ storage: { bodies } } as never) });
  const bytes = randomBytes(1_000_000);
  await outside.put('users/ada/cold/f', bytes);
  expect(await sandbox.run('mkdir in; $COLD get f in/f')).toMatchObject({ code: 0, err: '' });
  expect((await homeFile(sandbox, 'in/f')).equals(bytes)).toBe(true);
  expect(await readdir(join(sandbox.machine.home, 'in'))).toEqual(['f']);
});

test('C8: a bucket that is not there is named, in the time it takes to ask', async () => {
  const rig = await startHomeRig();
  onTestFinished(() => rig[Symbol.asyncDispose]());
  const credentialsFor = (user: string) => ({
    ...rig.credentialsFor(user),
    ...rig.allPowerful,
    bucket: 'no-such-bucket',
  });
  await using sandbox = await startCold({ ...rig, credentialsFor });
  expect(await sandbox.machine.exited).toBe(1);
  const { heartbeats } = sandbox.machine.plane;
  expect(heartbeats.map(({ state }) => state)).not.toContain('ready');
  expect(heartbeats.at(-1)).toMatchObject({
    state: 'ending',
    reason: 'platform',
    detail: "cold files can't be reached: there is no bucket no-such-bucket",
  });
});

test('M11: a sandbox that may not read cold files is never ready', async () => {
  const rig = await startHomeRig();
  onTestFinished(() => rig[Symbol.asyncDispose]());
  // Another user's session: everything of this one's is denied to it.
  await using sandbox = await startCold({ ...rig, credentialsFor: () => rig.credentialsFor('eve') });
  expect(await sandbox.machine.exited).toBe(1);
  expect(sandbox.machine.plane.heartbeats.at(-1)?.detail).toMatch(
    /^cold files can't be reached: the bucket homes-bucket refuses/,
  );
});

test('a sandbox that did not ask for cold files has none, and says so', async () => {
  const rig = await startHomeRig();
  onTestFinished(() => rig[Symbol.asyncDispose]());
  await using sandbox = await startCold(rig, { assignment: { cold: false } });
  expect(await sandbox.run('$COLD ls')).toMatchObject({ code: 1, err: expect.stringContaining('no_cold_files') });
});

test('the user’s process has no credentials, and can’t be told any by the door', async () => {
  const { sandbox } = await begin();
  const ask = 'curl -sS --unix-socket "$COLD_SOCKET"';
  const { out } = await sandbox.run(`
    env | grep -E '^(AWS|ECS|MATRX)_'
    for path in / /credentials '/list?prefix=' '/stat?name=x' /file '/file?name=x' http://169.254.170.2/; do
      ${ask} "http://cold$path"; ${ask} -X POST "http://cold$path"
    done`);
  const { access_key_id: id, session_token: token } = sandbox.machine.plane.homes?.credentialsFor('ada') ?? {};
  for (const secret of ['ASIA', 'AKIA', id, token, 'Signature']) expect(out.toString()).not.toContain(secret);
});
