import { once } from 'node:events';
import { Duplex, duplexPair, PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { proveFar } from '../../../channel/far/prove.ts';
import { proveNear } from '../../../channel/near/prove.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const clock = new ManualClock();
const identity = { key: Buffer.alloc(32, 7), context: 'sbx_1/1' };
const codeOf = (attempt: Promise<void>): Promise<string> =>
  attempt.then(
    () => 'proven',
    (error) => error.code,
  );

test('two ends with the same key and context prove themselves, and what follows is not lost', async () => {
  const [near, far] = duplexPair();
  const answered = proveFar(far, identity, clock, 1_000);
  await proveNear(near, identity, clock, 1_000);
  near.write('follows at once');
  await answered;
  far.write('and back');
  expect(String((await once(far, 'data'))[0])).toBe('follows at once');
  expect(String((await once(near, 'data'))[0])).toBe('and back');
  expect(clock.pending).toBe(0);
});

test('what is sent in one piece with the proof is still to be read', async () => {
  const [near, far] = duplexPair();
  const answered = proveFar(far, identity, clock, 1_000);
  near.cork();
  const proven = proveNear(near, identity, clock, 1_000);
  near.uncork();
  await proven.then(() => near.write('preface'));
  await answered;
  expect(String(far.read())).toBe('preface');
});

test.for([
  ['another key', { ...identity, key: Buffer.alloc(32, 8) }],
  ['another context', { ...identity, context: 'sbx_1/2' }],
] as const)('fails on both ends with %s', async ([, wrong]) => {
  const [near, far] = duplexPair();
  const answers = Promise.all([
    codeOf(proveNear(near, identity, clock, 1_000)),
    codeOf(proveFar(far, wrong, clock, 1_000)),
  ]);
  expect(await answers).toEqual(['proof_refused', 'proof_cut']);
  expect(near.destroyed && far.destroyed).toBe(true);
});

test('fails at the far end when the near end does not know the key', async () => {
  const [near, far] = duplexPair();
  const answered = codeOf(proveFar(far, identity, clock, 1_000));
  near.write(frame({ version: 1, nonce: Buffer.alloc(32).toString('base64') }));
  await once(near, 'readable');
  near.write(frame({ mac: Buffer.alloc(32).toString('base64') }));
  expect(await answered).toBe('proof_refused');
});

test('fails when an earlier proof is replayed, to either end', async () => {
  const recorded = await record();
  const replay = async (prove: typeof proveNear, bytes: Buffer) => {
    const [ours, theirs] = duplexPair();
    theirs.on('error', () => {});
    theirs.end(bytes);
    return codeOf(prove(ours, identity, clock, 1_000));
  };
  expect(await replay(proveFar, recorded.near)).toBe('proof_refused');
  expect(await replay(proveNear, recorded.far)).toBe('proof_refused');
});

test('fails when an end is shown its own words', async () => {
  const mirror = () => new PassThrough();
  expect(await codeOf(proveNear(mirror(), identity, clock, 1_000))).toBe('proof_malformed');
  const [here, there] = duplexPair();
  const answered = codeOf(proveFar(here, identity, clock, 1_000));
  there.write(frame({ version: 1, nonce: Buffer.alloc(32).toString('base64') }));
  there.on('data', (bytes) => there.write(bytes));
  expect(await answered).toBe('proof_refused');
});

test('fails after the time given when the other end is silent', async () => {
  const [near] = duplexPair();
  const own = new ManualClock();
  const attempt = codeOf(proveNear(near, identity, own, 1_000));
  own.pass(1_000);
  expect(await attempt).toBe('proof_timeout');
  expect([near.destroyed, own.pending]).toEqual([true, 0]);
});

test('fails when the other end closes or breaks in the middle', async () => {
  for (const part of ['', '\0', '\0\x10{"ver']) {
    const [near, far] = duplexPair();
    const attempt = codeOf(proveNear(near, identity, clock, 1_000));
    far.end(part, 'latin1');
    expect(await attempt).toBe('proof_cut');
  }
  const [near] = duplexPair();
  const attempt = codeOf(proveNear(near, identity, clock, 1_000));
  near.destroy(new Error('reset'));
  expect(await attempt).toBe('proof_cut');
});

test('fails when the key is too short to be one', async () => {
  const [near, far] = duplexPair();
  const short = { ...identity, key: Buffer.alloc(31) };
  const answered = codeOf(proveFar(far, short, clock, 1_000));
  expect(await codeOf(proveNear(near, short, clock, 1_000))).toBe('proof_cut');
  expect(await answered).toBe('field_range');
});

test('any garbage gives a typed error and a closed stream, on both ends', async () => {
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.jsonValue().map((value) => Buffer.concat([frame(value), frame(value)])),
    fc
      .record({ version: fc.constantFrom(1, 2, '1'), nonce: fc.base64String(), mac: fc.base64String() })
      .map((value) => Buffer.concat([frame(value), frame(value)])),
  );
  await fc.assert(
    fc.asyncProperty(garbage, fc.constantFrom(proveNear, proveFar), async (bytes, prove) => {
      const stream = scripted(bytes);
      expect(await codeOf(prove(stream, identity, clock, 1_000))).toMatch(/^proof_(malformed|cut|refused)$/);
      expect(stream.destroyed).toBe(true);
    }),
  );
});

const frame = (value: unknown): Buffer => {
  const json = Buffer.from(JSON.stringify(value));
  return Buffer.concat([Buffer.from([json.length >> 8, json.length & 255]), json]);
};

const scripted = (bytes: Buffer): Duplex => {
  const stream = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  stream.push(bytes);
  stream.push(null);
  return stream;
};

/** What each end says in a proof that succeeds. */
async function record(): Promise<{ near: Buffer; far: Buffer }> {
  const [near, far] = duplexPair();
  const said: { near: Buffer[]; far: Buffer[] } = { near: [], far: [] };
  for (const [end, name] of [
    [near, 'near'],
    [far, 'far'],
  ] as const) {
    const write = end._write.bind(end);
    end._write = (chunk, encoding, done) => {
      said[name].push(chunk);
      write(chunk, encoding, done);
    };
  }
  await Promise.all([proveFar(far, identity, clock, 1_000), proveNear(near, identity, clock, 1_000)]);
  return { near: Buffer.concat(said.near), far: Buffer.concat(said.far) };
}
