import type { KeptOutput } from '../../../../contract/agent/kept-output.ts';

/** A command as its output is stored. */
export interface KeptOf {
  readonly userId: string;
  readonly sandboxId: string;
  readonly commandId: string;
}

/** What commands printed, as agents have stored it. Everything in it was written from inside of sandboxes. Throws `storage_unavailable`. */
export interface KeptOutputs {
  /** What there is; undefined when nothing is, or no longer. */
  index(command: KeptOf): Promise<KeptOutput | undefined>;
  /** One object of a stream; undefined when there is none. */
  chunk(command: KeptOf, stream: 'stdout' | 'stderr', number: number): Promise<Uint8Array | undefined>;
}
