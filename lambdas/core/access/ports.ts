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
