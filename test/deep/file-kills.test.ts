import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Sandbox } from '../../client/index.ts';
import { killProcess } from '../../local/engines/process-table.ts';
import { randomFor } from '../../local/hazards/random.ts';
import { type ServiceProcess, startServiceProcess } from '../support/stack/service-process.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const size = 40_000_000;
// As long as such a transfer takes, more or less.
const latestKillMs = 1_500;

const undo = new AsyncDisposableStack();
let service: ServiceProcess;
let sandbox: Sandbox;
beforeAll(async () => {
  const folder = undo.use(await mkdtempDisposable(join(tmpdir(), 'matrx-file-kills-')));
  service = undo.use(await startServiceProcess(folder.path));
  const { url, person } = service.local;
  sandbox = await Sandbox.create({ url, credentials: { token: person.token } });
}, 60_000);
afterAll(() => undo.disposeAsync());

const victims = { 'a helper': /files-helper/, 'an environment': /runtime\.mjs/ } as const;

function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

/** Kills all of a kind that the service has, as often as it is told, at times that the seed says. */
async function killSome(kind: RegExp, seed: number, kills = 2): Promise<void> {
  const random = randomFor(seed, 'transfers');
  for (let n = 0; n < kills; n++) {
    await sleep(random() * latestKillMs);
    for (const { pid } of service.descendants().filter((process) => kind.test(argumentsOf(process.pid))))
      killProcess(pid);
  }
}

// Who has died is noticed by whoever asks next.
const surely = <T>(call: () => Promise<T>): Promise<T> => vi.waitFor(call, { timeout: 30_000, interval: 500 });

test.each(Object.entries(victims))(
  'with %s killed at random an upload’s target is whole or as it was',
  async (_, kind) => {
    for (const seed of [1, 2, 3]) {
      const [before, after] = [randomBytes(1_000), randomBytes(size)];
      const path = `up-${seed}/target`;
      await surely(() => sandbox.files.write(path, before));
      const [written] = await Promise.allSettled([sandbox.files.write(path, after), killSome(kind, seed)]);
      const { stdout } = await surely(() => sandbox.commands.run(`sha256sum < ${path}; ls -A up-${seed}`));
      const expected = written.status === 'fulfilled' ? [after] : [before, after];
      expect(expected.map(sha256)).toContain(stdout.slice(0, 64));
      if (written.status === 'fulfilled') expect(stdout.slice(64)).toBe('  -\ntarget\n');
    }
  },
  240_000,
);

test.each(Object.entries(victims))(
  'with %s killed at random a download is whole, or fails',
  async (_, kind) => {
    const bytes = randomBytes(size);
    await surely(() => sandbox.files.write('source', bytes));
    for (const seed of [4, 5]) {
      const [read] = await Promise.allSettled([sandbox.files.read('source'), killSome(kind, seed)]);
      if (read.status === 'fulfilled') expect(sha256(read.value)).toBe(sha256(bytes));
      else expect(read.reason).toMatchObject({ name: 'SandboxError' });
    }
  },
  240_000,
);
