import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Marks } from '../../../containers/agent/commands/launch/marks.ts';
import { StorageLink } from '../../../containers/agent/files/transfer/storage-link.ts';
import { Home } from '../../../containers/agent/home/home.ts';
import { HomeHelper } from '../../../containers/agent/home/home-helper.ts';
import { HomeRepository } from '../../../containers/agent/home/home-repository.ts';
import { HomeStorage } from '../../../containers/agent/home/storage/home-storage.ts';
import { SessionCredentials } from '../../../containers/agent/home/storage/session-credentials.ts';
import { type Clock, systemClock } from '../../../contract/clock.ts';
import type { StorageCredentials } from '../../../contract/home/credentials.ts';
import { HomeOrder } from '../../../contract/home/home-order.ts';
import { userPrefix } from '../../../contract/home/keys.ts';
import { sessionPolicy } from '../../../lambdas/core/agent/session-policy.ts';
import { Principals } from '../../../local/aws/keys.ts';
import { type Hazards, readHazards } from '../../../local/hazards/hazards.ts';
import { forwardTo } from '../../../local/link/forward.ts';
import { openLink } from '../../../local/link/open-link.ts';
import { isStorageHost } from '../../../local/link/storage-host.ts';
import { parsePolicy } from '../../../local/policy/policy-document.ts';
import { createS3 } from '../../../local/s3/create-s3.ts';
import { writeAgentFiles } from './agent-files.ts';

const bucket = 'homes-bucket';
const region = 'us-east-1';

/** Storage as an agent has it: S3 behind a link, sessions for one user each. */
export interface HomeRig extends AsyncDisposable {
  readonly storage: StorageLink;
  readonly s3Url: string;
  readonly linkSocket: string;
  /** Credentials that may do everything, in the place of a session's. */
  readonly allPowerful: Partial<StorageCredentials>;
  /** What the control plane would give the agent of a user's sandbox. */
  credentialsFor(userId: string): StorageCredentials;
  /** A sandbox of a user's, with an empty home of its own. */
  sandbox(options?: SandboxOptions): Promise<HomeSandbox>;
}

interface RigOptions {
  readonly hazards?: Hazards;
  /** Of storage and of everybody who speaks to it. */
  readonly clock?: Clock;
  /** Storage that another process has. */
  readonly elsewhere?: StoragePlace;
}

/** Where storage is, and who may do what there. */
export type StoragePlace = Pick<HomeRig, 's3Url' | 'linkSocket' | 'credentialsFor' | 'allPowerful'>;

interface SandboxOptions {
  readonly user?: string;
  readonly clock?: Clock;
  readonly order?: Partial<HomeOrder>;
  /** What the control plane gives in the place of what it should. */
  readonly credentials?: () => Promise<Partial<StorageCredentials>>;
}

export interface HomeSandbox extends AsyncDisposable {
  readonly folder: string;
  readonly id: string;
  readonly home: Home;
  readonly helper: HomeHelper;
  readonly repository: HomeRepository;
  readonly helperProgram: string;
  readonly logs: string[];
}

const noSignal = new AbortController().signal;
export const unlimited = { cause: 'asked', signal: noSignal } as const;

const letters = '0123456789abcdefghjkmnpqrstvwxyz';
const sandboxId = () => `sbx_${Array.from({ length: 26 }, () => letters[Math.floor(Math.random() * 32)]).join('')}`;

/** Starts storage that ends with its disposal. Needs root. */
export async function startHomeRig({
  hazards = readHazards(),
  clock: everybodys = systemClock,
  elsewhere,
}: RigOptions = {}): Promise<HomeRig> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'matrx-home-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const place = elsewhere ?? (await openPlace(started, folder, hazards, everybodys));
  const { credentialsFor } = place;
  const storage = started.use(new StorageLink(place.linkSocket, everybodys));
  const sandbox = async ({ user = 'ada', clock = everybodys, order = {}, credentials: given }: SandboxOptions = {}) => {
    const machine = await mkdtemp(join(folder, 'machine-'));
    await chmod(machine, 0o755);
    const own = join(machine, 'home');
    await mkdir(own);
    await chown(own, 1000, 1000);
    const helperProgram = join(machine, 'files-helper.cjs');
    await writeAgentFiles(machine, ['files-helper.cjs']);
    const id = sandboxId();
    const logs: string[] = [];
    const helper = new HomeHelper({ clock, marks: new Marks(), program: helperProgram, home: own });
    const credentials = new SessionCredentials({
      ask: async () => ({ ...credentialsFor(user), ...(await given?.()) }),
      clock,
    });
    const repository = new HomeRepository(new HomeStorage({ link: storage, credentials, clock }), user);
    const home = new Home({
      helper,
      repository,
      sandboxId: id,
      order: HomeOrder.parse({ enabled: true, from: null, ...order }),
      clock,
      log: {
        info: (event, fields) => logs.push(JSON.stringify({ event, ...fields })),
        error: (event, cause) => logs.push(JSON.stringify({ event, cause: String(cause) })),
      },
      onChange: () => {},
    });
    return {
      folder: own,
      id,
      home,
      helper,
      repository,
      helperProgram,
      logs,
      [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
    };
  };
  const running = started.move();
  return {
    ...place,
    storage,
    sandbox,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function openPlace(
  started: AsyncDisposableStack,
  folder: string,
  hazards: Hazards,
  clock: Clock,
): Promise<StoragePlace> {
  const principals = new Principals({ clock });
  const expiry = { prefixes: [], unfinishedUploadDays: 1 };
  const s3 = started.use(
    await createS3({
      dir: join(folder, 's3'),
      clock,
      principals,
      region,
      hazards,
      bucket: { name: bucket, expiry },
    }),
  );
  const link = started.use(
    await openLink(folder, 'link', {
      own: forwardTo(() => s3.url),
      gateway: forwardTo(() => s3.url),
      storage: { isAt: isStorageHost(s3.url), listener: s3.listener },
    }),
  );
  const credentialsFor = (userId: string): StorageCredentials => {
    const policy = parsePolicy(sessionPolicy(bucket, userId));
    if (typeof policy === 'string') throw new Error(policy);
    const expiresAt = clock.now() + 3_600_000;
    const session = { roleName: 'storage', sessionName: userId, expiresAt, policies: [policy], tags: {} };
    const { credentials } = principals.issueAssumed(session);
    return {
      access_key_id: credentials.accessKeyId,
      secret_access_key: credentials.secretAccessKey,
      session_token: credentials.sessionToken ?? '',
      expires_at: new Date(expiresAt).toISOString(),
      bucket,
      region,
      prefix: userPrefix(userId),
    };
  };
  const { credentials: powerful } = principals.issueFunction('deploy', 'test');
  const allPowerful = {
    access_key_id: powerful.accessKeyId,
    secret_access_key: powerful.secretAccessKey,
    session_token: powerful.sessionToken ?? '',
  };
  return { s3Url: s3.url, linkSocket: link.socketPath, credentialsFor, allPowerful };
}
