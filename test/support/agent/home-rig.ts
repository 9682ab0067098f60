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
import { type Hazards, readHazards } from '../../../local/hazards/hazards.ts';
import { writeAgentFiles } from './agent-files.ts';
import { openStoragePlace, type StoragePlace } from './storage-place.ts';

/** Storage as an agent has it: S3 behind a link, sessions for one user each. */
export interface HomeRig extends StoragePlace, AsyncDisposable {
  readonly storage: StorageLink;
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
  const place = elsewhere ?? started.use(await openStoragePlace({ folder, hazards, clock: everybodys }));
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
    s3Url: place.s3Url,
    linkSocket: place.linkSocket,
    allPowerful: place.allPowerful,
    credentialsFor,
    storage,
    sandbox,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
