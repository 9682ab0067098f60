import type { Status, StopReason } from '../../../contract/api/sandboxes/sandbox-record.ts';
import type { Claim } from '../claim.ts';
import type { CreatingRecord, SandboxRecord } from './record.ts';

/** A sandbox went from one state to another. */
export interface Transition {
  readonly sandbox_id: string;
  readonly user_id: string;
  /** null = it has just been created. */
  readonly from: Status | null;
  readonly to: Status;
  readonly stop_reason: StopReason | null;
  readonly at: string;
}

/** Tells whoever listens of a transition, once it is written. Rejects when it can't; nothing depends on it. */
export type Announce = (transition: Transition) => Promise<void>;

export interface Creation {
  readonly record: CreatingRecord;
  readonly env: Readonly<Record<string, string>>;
  readonly claim: Claim | undefined;
  /** The most sandboxes the user may have that have not ended. */
  readonly quota: number;
  /** The most that the user may create in the minute that begins at `minuteMs`. @default no bound */
  readonly rate?: { readonly minuteMs: number; readonly limit: number };
}

/** How an atomic creation went. `claimed`: the key was used before, for the request with this hash. */
export type Created =
  | { readonly kind: 'created' }
  | { readonly kind: 'claimed'; readonly id: string; readonly hash: string }
  | { readonly kind: 'over_quota' }
  | { readonly kind: 'over_rate' };

export interface ListQuery {
  /** Whose, or everybody's in one state. */
  readonly of: { readonly userId: string } | { readonly status: Status };
  readonly status: Status | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly limit: number;
  /** Only sandboxes older than this one. */
  readonly after: string | undefined;
}

export interface ListPage {
  readonly records: readonly SandboxRecord[];
  /** Where the next page starts; undefined at the end. A page may be short without being the last. */
  readonly next: string | undefined;
}

export interface SandboxRecords {
  /** Writes record, environment, claim and live set, all or nothing. */
  create(creation: Creation): Promise<Created>;
  get(sandboxId: string): Promise<SandboxRecord | undefined>;
  /**
   * Puts `next` in the place of `previous`; false when somebody was faster. What follows from the change is one with it: the way
   * from task to sandbox, the live set, the end of the environment, and the release of a claim.
   */
  replace(previous: SandboxRecord, next: SandboxRecord, release?: Pick<Claim, 'scope' | 'key'>): Promise<boolean>;
  /** Moves `last_active_at` on, at most once a minute. */
  touch(record: SandboxRecord, at: string): Promise<void>;
  /** Until it has been delivered. */
  environmentOf(sandboxId: string): Promise<Readonly<Record<string, string>> | undefined>;
  sandboxOfTask(taskId: string): Promise<string | undefined>;
  list(query: ListQuery): Promise<ListPage>;
  countLive(userId: string): Promise<number>;
}
