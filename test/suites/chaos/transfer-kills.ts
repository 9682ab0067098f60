import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { Sandbox } from '../../../client/index.ts';
import { killProcess } from '../../../local/engines/process-table.ts';
import { type Random, randomFor } from '../../../local/hazards/random.ts';
import { runMatrx } from '../../support/stack/run-matrx.ts';
import { type ServiceProcess, startServiceProcess, survivors } from '../../support/stack/service-process.ts';

/** Who takes part in a transfer and can be killed, by how its processes were called. */
const parties = {
  helper: /files-helper/,
  agent: /^\/opt\/matrx\/bin\/node .*\/opt\/matrx\/agent\.cjs/,
  environment: /runtime\.mjs/,
  service: undefined,
} as const;

export type Party = keyof typeof parties;
export const partyNames = Object.keys(parties) as readonly Party[];

const size = 20_000_000;
// As long as such a transfer takes, more or less.
const latestKillMs = 1_500;
// Who has died is noticed by whoever asks next.
const patient = { timeout: 60_000, interval: 500 };

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** A service, and a sandbox in it for as long as it lives; the next one has the home that was saved. */
class World implements AsyncDisposable {
  readonly folder: string;
  #service: ServiceProcess;
  #sandbox: Sandbox | undefined;

  constructor(folder: string, service: ServiceProcess) {
    this.folder = folder;
    this.#service = service;
  }

  get caller() {
    const { url, person } = this.#service.local;
    return { url, token: person.token };
  }

  /** A sandbox that answers. */
  async sandbox(): Promise<Sandbox> {
    const { url, token } = this.caller;
    return vi.waitFor(async () => {
      const live = await this.#sandbox?.refresh().then(
        ({ status }) => status === 'ready',
        () => false,
      );
      if (!live) this.#sandbox = undefined;
      this.#sandbox ??= await Sandbox.create({ url, credentials: { token } });
      await this.#sandbox.files.stat('.');
      return this.#sandbox;
    }, patient);
  }

  /** Ends all processes of a party with SIGKILL; a service is started again on its folder. */
  async kill(party: Party): Promise<void> {
    const kind = parties[party];
    const running = this.#service.descendants();
    if (kind) {
      for (const { pid } of running.filter((process) => kind.test(argumentsOf(process.pid)))) killProcess(pid);
      return;
    }
    await this.#service.kill();
    await vi.waitFor(() => expect(survivors(running)).toEqual([]), patient);
    this.#service = await startServiceProcess(join(this.folder, 'data'));
    this.#sandbox = undefined;
  }

  [Symbol.asyncDispose]() {
    return this.#service[Symbol.asyncDispose]();
  }
}

/** Runs `work` with transfers in a service of its own, several times, and kills the party at times that the seed says. */
async function whileKilled(
  party: Party,
  { seed, times }: { readonly seed: number; readonly times: number },
  work: (world: World, kill: () => Promise<void>, round: number) => Promise<void>,
): Promise<void> {
  const random: Random = randomFor(seed, `transfers ${party}`);
  await using folder = await mkdtempDisposable(join(tmpdir(), 'matrx-transfer-kills-'));
  await using world = new World(folder.path, await startServiceProcess(join(folder.path, 'data')));
  for (let round = 0; round < times; round++) {
    const kill = async () => {
      await sleep(random() * latestKillMs);
      await world.kill(party);
    };
    await work(world, kill, round);
  }
}

/** Uploads over a file that is there: it is whole afterwards, the one or the other, and nothing lies beside it. */
export const surviveUploadKills = (party: Party, seed: number, times: number): Promise<void> =>
  whileKilled(party, { seed, times }, async (world, kill, round) => {
    const [before, after] = [randomBytes(1_000), randomBytes(size)];
    const path = `up-${round}/target`;
    const sandbox = await world.sandbox();
    await vi.waitFor(() => sandbox.files.write(path, before), patient);
    await vi.waitFor(() => sandbox.checkpoint(), patient);
    const [written] = await Promise.allSettled([sandbox.files.write(path, after), kill()]);
    if (written.status === 'rejected') expect(written.reason).toMatchObject({ name: 'SandboxError' });
    const later = await world.sandbox();
    const look = `sha256sum < ${path}; ls -A up-${round}`;
    const { stdout } = await vi.waitFor(() => later.commands.run(look), patient);
    const isSame = later.sandboxId === sandbox.sandboxId;
    const expected = isSame && written.status === 'fulfilled' ? [after] : [before, after];
    expect(expected.map(sha256)).toContain(stdout.slice(0, 64));
    // What a killed helper had begun may lie there until somebody looks; a home that was saved never has it.
    if (!isSame || written.status === 'fulfilled') expect(stdout.slice(64)).toBe('  -\ntarget\n');
  });

/** Copies a file out, over one that is there: it is whole afterwards, the one or the other, and nothing lies beside it. */
export const surviveDownloadKills = (party: Party, seed: number, times: number): Promise<void> =>
  whileKilled(party, { seed, times }, async (world, kill) => {
    const [before, after] = [randomBytes(1_000), randomBytes(size)];
    const sandbox = await world.sandbox();
    await vi.waitFor(() => sandbox.files.write('source', after), patient);
    await using here = await mkdtempDisposable(join(world.folder, 'here-'));
    const target = join(here.path, 'target');
    await writeFile(target, before);
    const { url, token } = world.caller;
    const env = { MATRX_URL: url, MATRX_TOKEN: token };
    const [copied] = await Promise.all([runMatrx(['cp', `${sandbox.sandboxId}:source`, target], { env }), kill()]);
    expect((await readFile(target)).equals(copied.exitCode === 0 ? after : before)).toBe(true);
    if (copied.exitCode !== 0) expect(copied.stderr).toMatch(/\S/);
    expect(await readdir(here.path)).toEqual(['target']);
  });
