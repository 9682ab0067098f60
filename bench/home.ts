import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type HomeRig,
  type HomeSandbox,
  type StoragePlace,
  startHomeRig,
  unlimited,
} from '../test/support/agent/home-rig.ts';
import { took } from './support/measure.ts';

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

/** How long saving a home takes, whole and with a hundredth changed, beside `aws s3 sync` of the same files to the same storage. */
export async function* benchHome(): AsyncGenerator<string> {
  await using storage = await startStorage(loads.map((_, index) => `bench-${index}`));
  await using rig = await startHomeRig({ elsewhere: storage });
  const hasAws = await exec('aws', ['--version']).then(
    () => true,
    () => false,
  );
  if (!hasAws) yield 'no aws here: nothing to compare with';
  for (const [index, load] of loads.entries()) {
    const user = `bench-${index}`;
    await using sandbox = await rig.sandbox({ user });
    await sandbox.home.restore(signal);
    const folder = join(sandbox.folder, 'files');
    mkdirSync(folder);
    load.fill(folder);
    chownSync(folder, 1000, 1000);
    const sync = hasAws ? () => awsSync(rig, user, folder) : undefined;
    yield* compared(`${load.name}, whole`, sandbox, sync, 3);
    load.touch(folder);
    yield* compared(`${load.name}, 1 % changed`, sandbox, sync, 10);
    await using other = await rig.sandbox({ user });
    yield `${load.name}, restored: ${(await took(() => other.home.restore(signal))).toFixed(0)} ms`;
  }
}

/** Storage that takes no time of this process. */
async function startStorage(users: readonly string[]): Promise<StoragePlace & AsyncDisposable> {
  const program = join(import.meta.dirname, 'support/home-storage.ts');
  const child = spawn(process.execPath, [program, ...users], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const { credentials, ...place } = JSON.parse(String(line));
  return {
    ...place,
    credentialsFor: (user: string) => credentials[user],
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

async function* compared(
  name: string,
  sandbox: HomeSandbox,
  sync: (() => Promise<unknown>) | undefined,
  target: number,
): AsyncGenerator<string> {
  const own = await took(() => sandbox.home.save(unlimited));
  if (!sync) return yield `${name}: ${own.toFixed(0)} ms`;
  const theirs = await took(sync);
  const factor = (theirs / own).toFixed(1);
  yield `${name}: ${own.toFixed(0)} ms, aws s3 sync ${theirs.toFixed(0)} ms: ${factor} times as fast (wanted ${target})`;
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
