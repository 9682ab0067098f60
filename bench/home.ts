import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type HomeRig, startHomeRig, unlimited } from '../test/support/agent/home-rig.ts';
import { StorageProcess } from '../test/support/agent/storage-process.ts';
import { timesOf, took } from './support/measure.ts';

const exec = promisify(execFile);
const { signal } = unlimited;

interface Load {
  readonly name: string;
  readonly fill: (folder: string) => void;
  /** Changes a hundredth of it. */
  readonly touch: (folder: string) => void;
}

// Half of it can be compressed, as text and programs can.
const someBytes = (size: number): Buffer =>
  Buffer.concat([randomBytes(size >> 1), Buffer.alloc(size - (size >> 1), 'text ')]);
const inFolders = (index: number): string => `d${index % 50}/f${index}`;

const loads: readonly Load[] = [
  {
    name: '5,000 small files',
    fill: (folder) => {
      for (let index = 0; index < 50; index++) mkdirSync(join(folder, `d${index}`));
      for (let index = 0; index < 5_000; index++) writeFileSync(join(folder, inFolders(index)), someBytes(2_000));
    },
    touch: (folder) => {
      for (let index = 0; index < 50; index++) writeFileSync(join(folder, inFolders(index * 100)), someBytes(2_000));
    },
  },
  {
    name: '200 MB in 20 files',
    fill: (folder) => {
      for (let index = 0; index < 20; index++) writeFileSync(join(folder, `f${index}`), someBytes(10_000_000));
    },
    touch: (folder) => appendFileSync(join(folder, 'f0'), someBytes(100_000)),
  },
];

const rounds = 3;
const changesARound = 2;

/** How long saving a home takes, whole and with a hundredth changed, beside `aws s3 sync` of the same files to the same storage; each the median of some. */
export async function* benchHome(): AsyncGenerator<string> {
  const usersOf = (load: number) => Array.from({ length: rounds }, (_, round) => `bench-${load}-${round}`);
  await using storage = await StorageProcess.start({ users: loads.flatMap((_, index) => usersOf(index)) });
  await using rig = await startHomeRig({ elsewhere: storage });
  const hasAws = await exec('aws', ['--version']).then(
    () => true,
    () => false,
  );
  if (!hasAws) yield 'no aws here: nothing to compare with';
  for (const [index, { name, fill, touch }] of loads.entries()) {
    const [whole, changed, restored] = [new Compared(3), new Compared(10), new Compared()];
    for (const user of usersOf(index)) {
      await using sandbox = await rig.sandbox({ user });
      await sandbox.home.restore(signal);
      const folder = join(sandbox.folder, 'files');
      mkdirSync(folder);
      fill(folder);
      chownSync(folder, 1000, 1000);
      const save = () => sandbox.home.save(unlimited);
      const sync = hasAws ? () => awsSync(rig, user, folder) : undefined;
      await whole.measure(save, sync);
      for (let change = 0; change < changesARound; change++) {
        touch(folder);
        await changed.measure(save, sync);
      }
      await using other = await rig.sandbox({ user });
      await restored.measure(() => other.home.restore(signal));
    }
    yield `${name}, whole: ${whole.shown}`;
    yield `${name}, 1 % changed: ${changed.shown}`;
    yield `${name}, restored: ${restored.shown}`;
  }
}

/** Times of ours, and of what it is measured by. */
class Compared {
  readonly #wanted: number | undefined;
  readonly #own: number[] = [];
  readonly #theirs: number[] = [];

  constructor(wanted?: number) {
    this.#wanted = wanted;
  }

  async measure(own: () => Promise<unknown>, theirs?: () => Promise<unknown>): Promise<void> {
    this.#own.push(await took(own));
    if (theirs) this.#theirs.push(await took(theirs));
  }

  get shown(): string {
    const own = timesOf(this.#own).p50;
    if (this.#theirs.length === 0) return `${own.toFixed(0)} ms`;
    const theirs = timesOf(this.#theirs).p50;
    const factor = (theirs / own).toFixed(1);
    return `${own.toFixed(0)} ms, aws s3 sync ${theirs.toFixed(0)} ms: ${factor} times as fast (wanted ${this.#wanted})`;
  }
}

const awsSync = ({ s3Url, credentialsFor }: HomeRig, user: string, folder: string): Promise<unknown> => {
  const { access_key_id, secret_access_key, session_token, region, bucket, prefix } = credentialsFor(user);
  const env = {
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: access_key_id,
    AWS_SECRET_ACCESS_KEY: secret_access_key,
    AWS_SESSION_TOKEN: session_token,
    AWS_DEFAULT_REGION: region,
  };
  const args = [
    's3',
    'sync',
    '--only-show-errors',
    '--endpoint-url',
    s3Url,
    folder,
    `s3://${bucket}/${prefix}cold/sync`,
  ];
  return exec('aws', args, { env });
};
