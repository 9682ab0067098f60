import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { Marks } from '../../../containers/agent/commands/launch/marks.ts';
import { Files } from '../../../containers/agent/files/files.ts';
import { frameHead, windowBytes } from '../../../containers/agent/files/wire/frames.ts';
import { createClock } from '../../../contract/clock.ts';
import { sendThroughBothWays } from '../../suites/chaos/large-file.ts';
import { type AgentMachine, startAgent, until } from '../../support/agent/agent-machine.ts';
import { fileCalls, helpersOf } from '../../support/agent/file-calls.ts';

const helpers = (machine: AgentMachine) => helpersOf(dirname(machine.home));
const lost = { status: 503, code: 'helper_lost' };

function signal(machine: AgentMachine, name: NodeJS.Signals): void {
  for (const pid of helpers(machine)) process.kill(pid, name);
}

test('a helper is there when it is needed, and gone after a minute of idleness', async () => {
  const clock = createClock(10, Date.now());
  await using machine = await startAgent({ files: true, clock });
  await machine.ready();
  const files = fileCalls(machine.http);
  expect(helpers(machine)).toEqual([]);
  await files.write('file', 'x');
  expect(helpers(machine)).toHaveLength(1);
  await until(() => helpers(machine).length === 0);
  expect((await files.read('file')).toString()).toBe('x');
});

test('a helper that dies fails what it worked on, and the next question has a new one', async () => {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  const files = fileCalls(machine.http);
  const watch = machine.http.request({ ':path': '/files/watch?path=.' }).on('error', () => {});
  let told = '';
  watch.on('data', (chunk) => (told += chunk));
  await until(() => told.includes('watching'));
  signal(machine, 'SIGKILL');
  await until(() => told.includes('helper_lost'));
  expect(await files.write('after', 'x')).toMatchObject({ created: true });
});

test('L9: a helper that hangs is ended, and the next question has a new one', async () => {
  const clock = createClock(10, Date.now());
  await using machine = await startAgent({ files: true, clock });
  await machine.ready();
  const files = fileCalls(machine.http);
  await files.write('file', 'x');
  signal(machine, 'SIGSTOP');
  await expect(files.stat('file')).rejects.toMatchObject(lost);
  expect(await files.stat('file')).toMatchObject({ size: 1 });
});

test('an expression without end keeps nothing else waiting', async () => {
  const clock = createClock(10, Date.now());
  await using machine = await startAgent({ files: true, clock });
  await machine.ready();
  const files = fileCalls(machine.http);
  await files.write('trap', `${'a'.repeat(60)}!`);
  const search = files.events('POST', '/files/search', { path: '.', pattern: '^(a+)+$' });
  expect(await files.stat('trap')).toMatchObject({ size: 61 });
  expect((await search).at(-1)).toMatchObject({ error: { code: 'helper_lost' } });
});

test('a write whose helper is killed at any moment leaves the target whole or as it was', {
  timeout: 120_000,
}, async () => {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  const files = fileCalls(machine.http);
  const [old, young] = [randomBytes(300_000), randomBytes(3_000_000)];
  const outcomes = new Set<string>();
  for (let round = 0; round < 12; round++) {
    await files.write('target', old);
    const kill = setTimeout(() => signal(machine, 'SIGKILL'), round * 4);
    const outcome = await files.write('target', Readable.from(slowly(young))).then(
      () => 'written',
      (error) => error.code,
    );
    clearTimeout(kill);
    outcomes.add(outcome);
    const there = await readFile(join(machine.home, 'target'));
    expect(there.equals(outcome === 'written' ? young : old) || there.equals(young)).toBe(true);
    expect(await readdir(machine.home)).toEqual(['target']);
  }
  expect([...outcomes].filter((outcome) => outcome !== 'written' && outcome !== 'helper_lost')).toEqual([]);
  expect(outcomes).toContain('helper_lost');
});

function* slowly(bytes: Buffer) {
  for (let from = 0; from < bytes.length; from += 20_000) yield bytes.subarray(from, from + 20_000);
}

test('a helper that the user’s own code makes lie is no more than a helper that is lost', async () => {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  const program = join(dirname(machine.home), 'files-helper.cjs');
  const files = fileCalls(machine.http);
  const answers = [
    // No frames, a frame that is too large, no JSON, an entry that is none, bytes nobody asked for.
    'process.stdout.write("HTTP/1.1 200 OK\\r\\n\\r\\n"); setInterval(() => {}, 1000)',
    'process.stdout.write(Buffer.from([255,255,255,255,7,0,0,0,1])); setInterval(() => {}, 1000)',
    'process.stdin.once("data", () => process.stdout.write(Buffer.from([0,0,0,1,7,0,0,0,1,0x7b])))',
    'process.stdin.once("data", () => process.stdout.write(Buffer.from([0,0,0,2,7,0,0,0,1,0x7b,0x7d])))',
    'process.stdin.once("data", () => process.stdout.write(Buffer.from([0,0,0,1,2,0,0,0,1,0x7b,0,0,0,2,7,0,0,0,1,0x7b,0x7d])))',
    'process.exit(1)',
  ];
  for (const answer of answers) {
    await writeFile(program, answer);
    await expect(files.stat('.')).rejects.toMatchObject(lost);
    signal(machine, 'SIGKILL');
    await until(() => helpers(machine).length === 0);
  }
});

test('a helper that gives room and reads nothing is ended before it fills the agent', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-helper-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  const program = join(folder, 'helper.cjs');
  const credit = frameHead('credit', 1, 4).toString('hex');
  await writeFile(program, `process.stdout.write(Buffer.from('${credit}ffffffff', 'hex')); setInterval(() => {}, 1e3)`);
  const clock = createClock(100, Date.now());
  await using files = new Files({ clock, marks: new Marks(), program, home: folder });
  const piece = Buffer.alloc(windowBytes);
  let given = 0;
  const endless = async function* () {
    for (;;) {
      given += piece.length;
      yield piece;
    }
  };
  const { signal } = new AbortController();
  await expect(files.write({ path: 'file' }, endless(), signal)).rejects.toMatchObject({ code: 'helper_lost' });
  expect(given).toBeLessThan(200 * 1024 * 1024);
});

test('a file of 64 MB goes through in both directions with little memory', { timeout: 120_000 }, () =>
  sendThroughBothWays(64 * 1024 ** 2),
);
