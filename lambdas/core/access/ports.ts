import type { Grant } from '../../../contract/agent/grant.ts';
import type { ChannelTarget } from '../agent/channel-ports.ts';

/** A channel's slot that is lent to a grant. */
export interface LentSlot {
  readonly slot: number;
  /** Which holder of the slot it is. */
  readonly fence: number;
  readonly grantId: string;
  readonly lentAtMs: number;
}

export interface LentSlots {
  of(sandboxId: string): Promise<readonly LentSlot[]>;
  /** Gives a slot back, to be free from `atMs` on; harmless when somebody else has it by now. */
  giveBack(sandboxId: string, slot: LentSlot, atMs: number): Promise<void>;
}

/** A grant as the table keeps it, without its key: that is derived each time. */
export interface AccessRecord {
  readonly grant: Grant;
  readonly generation: number;
  /** The session it was opened with. */
  readonly session: { readonly id: string; readonly streamUrl: string };
  /** The slot that its session takes, and which holder of the slot it is. */
  readonly lease: { readonly slot: number; readonly fence: number };
  readonly ended_at: string | null;
}

export interface AccessRecords {
  /** Writes it, unless it has ended; false then. */
  save(record: AccessRecord): Promise<boolean>;
  get(sandboxId: string, grantId: string): Promise<AccessRecord | undefined>;
}

/** A session that was opened for a caller to use. */
export type OpenedSession = Pick<AccessRecord, 'session' | 'lease'> & { readonly token: string };

/** Channels that callers hold themselves. */
export interface ClientChannels {
  /** Takes a slot until the grant expires and opens a session. Throws `capacity_unavailable`, `unavailable`, `rate_limited`. */
  open(target: ChannelTarget, grant: Grant): Promise<OpenedSession>;
  /** Keeps the slot until then; false when it has been lost, and the session with it. */
  keep(access: AccessRecord, expiresAtMs: number): Promise<boolean>;
  /** Another token for the session; undefined when that is over. */
  resume(access: AccessRecord): Promise<string | undefined>;
  /** Ends the session and gives its slot back. Harmless to repeat. */
  end(access: AccessRecord): Promise<void>;
  /** The key of a grant, in base64: whoever has it and the grant's very text may use the channel as it says. */
  keyFor(target: Pick<ChannelTarget, 'sandboxId' | 'generation' | 'agent'>, grantText: string): GrantKey;
}

export interface GrantKey {
  readonly context: string;
  readonly channel_key: string;
}
