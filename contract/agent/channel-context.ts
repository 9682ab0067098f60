/** Whose a channel is: a sandbox and its machine. */
export interface ChannelOwner {
  readonly sandboxId: string;
  /** How often the machine has been assigned. */
  readonly generation: number;
  /** What the machine was before. */
  readonly poolMember: string | undefined;
}

/** A pool's machine is assigned once. */
export const poolGeneration = 1;

/**
 * What both ends of a channel say they are, before and after. A machine from a pool keeps its own name: it doesn't know the
 * sandbox's before the first channel has told it.
 */
export const channelContext = ({ sandboxId, generation, poolMember }: ChannelOwner): string =>
  `${poolMember ?? sandboxId}/${generation}`;
