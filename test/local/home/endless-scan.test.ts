import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Marks } from '../../../containers/agent/commands/launch/marks.ts';
import { HomeHelper } from '../../../containers/agent/home/home-helper.ts';
import { systemClock } from '../../../contract/clock.ts';

/** What somebody made of the helper: it tells the same batch whenever there is room, and never that it is done. */
const liar = (entry: object, times: number) => `
const entry = ${JSON.stringify({ type: 'file', mode: 420, mtime_us: 1, size: 1, fingerprint: '', ...entry })};
const payload = Buffer.from(JSON.stringify(Array(${times}).fill(entry)));
const head = Buffer.alloc(9);
head.writeUInt32BE(payload.length, 0);
head.writeUInt8(6, 4);
head.writeUInt32BE(1, 5);
process.stdin.on('data', () => process.stdout.write(Buffer.concat([head, payload])));
`;

test.each([
  ['the same again and again', { path: 'a' }, 1_000, 'files'],
  ['names without end', { path: 'a'.repeat(4_096), target: 'b'.repeat(4_096) }, 30, 'characters'],
])('a walk of a home that tells %s is not listened to any longer', async (_, entry, times, what) => {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-scan-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  const program = join(folder, 'helper.cjs');
  await writeFile(program, liar(entry, times));
  await using helper = new HomeHelper({ clock: systemClock, marks: new Marks(), program, home: folder });
  await expect(helper.scan(new AbortController().signal)).rejects.toMatchObject({
    code: 'too_many_entries',
    message: expect.stringContaining(what),
  });
});
