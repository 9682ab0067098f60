import type * as z from 'zod';
import type { Result, Sandbox as SandboxRecord, Status, StopReason } from '../contract/api/sandboxes/sandbox-record.ts';
import type { CreateSandbox, PatchSandbox } from '../contract/api/sandboxes/sandboxes.ts';
import type { SizeName } from '../contract/api/sandboxes/sizes.ts';
import { wholeSeconds } from './duration.ts';

// The one place where the wire's names meet the library's.

/** How the home of a sandbox came, and how it was saved last. */
export interface HomeInfo {
  readonly state: 'restoring' | 'kept' | 'saving';
  readonly restoredFiles: number;
  readonly restoredBytes: number;
  readonly savedAt: Date | null;
  readonly checkpointId: string | null;
  /** Of the last save: there was no time for all that had changed. */
  readonly partial: boolean;
  /** Why the last save or restore failed. */
  readonly fault: { readonly code: string; readonly message: string } | null;
}

/** A sandbox as it was when last read. Null says "not (yet)". */
export interface SandboxInfo {
  readonly sandboxId: string;
  readonly userId: string;
  readonly status: Status;
  readonly createdAt: Date;
  readonly readyAt: Date | null;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  readonly stopReason: StopReason | null;
  readonly stopDetail: string | null;
  readonly hotPath: string;
  readonly coldPath: string | null;
  readonly template: string;
  readonly imageDigest: string | null;
  readonly size: {
    readonly name: SizeName | 'custom';
    readonly cpu: number;
    readonly memoryMb: number;
    readonly diskGb: number;
  };
  readonly ttlMs: number;
  /** 0 = off. */
  readonly idleTimeoutMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly startedFrom: 'pool' | 'cold';
  readonly costUsd: number;
  readonly lastActiveAt: Date | null;
  readonly generation: number;
  /** Null before it is restored, and where it is not kept. */
  readonly home: HomeInfo | null;
  /** What the code inside left when it was done, or had failed. */
  readonly result: Result | null;
}

export interface SandboxSettings {
  /** Whose sandbox: a service names it, a person may leave it out. */
  readonly userId?: string | undefined;
  /** @default base */
  readonly template?: string | undefined;
  /** A named pair of CPU and memory, in the place of `cpu` and `memoryMb`. @default s */
  readonly size?: SizeName | undefined;
  readonly cpu?: number | undefined;
  readonly memoryMb?: number | undefined;
  readonly diskGb?: number | undefined;
  /** How long it lives, from now. Whole seconds. @default two hours */
  readonly ttlMs?: number | undefined;
  /** How long it may do nothing; 0 = for ever. Whole seconds. @default 0 */
  readonly idleTimeoutMs?: number | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** What of its user's storage it has. @default the home (`hot`), and no cold files */
  readonly storage?: { readonly hot?: boolean | undefined; readonly cold?: boolean | undefined } | undefined;
  /** Where its home begins: a checkpoint, or what another sandbox saved last. @default the home as it was saved last */
  readonly from?: { readonly checkpointId: string } | { readonly sandboxId: string } | undefined;
  /** A repository that is cloned before `onReady`; if that fails, so does the sandbox. */
  readonly git?:
    | {
        /** https, ssh or git. */
        readonly url: string;
        /** A branch, a tag or a commit. @default what the repository says */
        readonly ref?: string | undefined;
        /** Commits. @default all */
        readonly depth?: number | undefined;
        /** @default the last name of the URL, in the home */
        readonly path?: string | undefined;
      }
    | undefined;
  /** Run once before the sandbox is ready; if it fails, so does the sandbox. */
  readonly onReady?:
    | { readonly command: string | readonly string[]; readonly timeoutMs?: number | undefined }
    | undefined;
}

export type SandboxChanges = Pick<SandboxSettings, 'ttlMs' | 'idleTimeoutMs' | 'labels'>;

const date = (time: string): Date => new Date(time);
const dateOrNull = (time: string | null): Date | null => (time === null ? null : new Date(time));

const toHomeInfo = (home: NonNullable<SandboxRecord['home']>): HomeInfo => ({
  state: home.state,
  restoredFiles: home.restored_files,
  restoredBytes: home.restored_bytes,
  savedAt: dateOrNull(home.saved_at),
  checkpointId: home.checkpoint_id,
  partial: home.partial,
  fault: home.fault,
});

/** A record of the API, in the library’s names, with Dates and milliseconds. */
export const toSandboxInfo = (record: SandboxRecord): SandboxInfo => ({
  sandboxId: record.sandbox_id,
  userId: record.user_id,
  status: record.status,
  createdAt: date(record.created_at),
  readyAt: dateOrNull(record.ready_at),
  expiresAt: date(record.expires_at),
  endedAt: dateOrNull(record.ended_at),
  stopReason: record.stop_reason,
  stopDetail: record.stop_detail,
  hotPath: record.hot_path,
  coldPath: record.cold_path,
  template: record.template,
  imageDigest: record.image_digest,
  size: {
    name: record.size.name,
    cpu: record.size.cpu,
    memoryMb: record.size.memory_mb,
    diskGb: record.size.disk_gb,
  },
  ttlMs: record.ttl_seconds * 1_000,
  idleTimeoutMs: record.idle_timeout_seconds * 1_000,
  labels: record.labels,
  startedFrom: record.started_from,
  costUsd: record.cost_usd,
  lastActiveAt: dateOrNull(record.last_active_at),
  generation: record.generation,
  home: record.home && toHomeInfo(record.home),
  result: record.result,
});

const onReadyBody = ({ command, timeoutMs }: NonNullable<SandboxSettings['onReady']>) => ({
  ...(typeof command === 'string' ? { command } : { argv: [...command] }),
  timeout_seconds: wholeSeconds('onReady.timeoutMs', timeoutMs),
});

type Machine = Pick<SandboxSettings, 'size' | 'cpu' | 'memoryMb'>;

function machineLike({ size }: SandboxInfo, { size: named, cpu, memoryMb }: Machine): Machine {
  if (named !== undefined || cpu !== undefined || memoryMb !== undefined) return {};
  return size.name === 'custom' ? { cpu: size.cpu, memoryMb: size.memoryMb } : { size: size.name };
}

/** The settings of a sandbox that is like another one, as far as nothing else is chosen. */
export const settingsLike = (info: SandboxInfo, chosen: Machine): SandboxSettings => ({
  userId: info.userId,
  template: info.template,
  diskGb: info.size.diskGb,
  ttlMs: info.ttlMs,
  idleTimeoutMs: info.idleTimeoutMs,
  storage: { cold: info.coldPath !== null },
  ...machineLike(info, chosen),
});

const originBody = (from: NonNullable<SandboxSettings['from']>) =>
  'checkpointId' in from ? { checkpoint_id: from.checkpointId } : { sandbox_id: from.sandboxId };

/** The body of a create. Throws `invalid_request` for a duration that is not in whole seconds. */
export const toCreateBody = (settings: SandboxSettings): z.input<typeof CreateSandbox> => ({
  user_id: settings.userId,
  template: settings.template,
  size: settings.size,
  cpu: settings.cpu,
  memory_mb: settings.memoryMb,
  disk_gb: settings.diskGb,
  ttl_seconds: wholeSeconds('ttlMs', settings.ttlMs),
  idle_timeout_seconds: wholeSeconds('idleTimeoutMs', settings.idleTimeoutMs),
  env: settings.env && { ...settings.env },
  labels: settings.labels && { ...settings.labels },
  storage: settings.storage && { ...settings.storage },
  from: settings.from && originBody(settings.from),
  git: settings.git,
  on_ready: settings.onReady && onReadyBody(settings.onReady),
});

/** The body of a change; what is undefined stays as it is. */
export const toPatchBody = (changes: SandboxChanges): z.input<typeof PatchSandbox> => ({
  ttl_seconds: wholeSeconds('ttlMs', changes.ttlMs),
  idle_timeout_seconds: wholeSeconds('idleTimeoutMs', changes.idleTimeoutMs),
  labels: changes.labels && { ...changes.labels },
});
