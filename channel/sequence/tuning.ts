// The constants in which the two ends of the protocol differ. Round-trip estimation as both real sides do it: see RoundTrip.

export interface SenderTuning {
  /** Bytes that may be unacknowledged; further messages wait. A single message always fits. */
  readonly windowBytes: number;
  /** Messages a second, acknowledgements included; undefined for no limit. */
  readonly messagesPerSecond: number | undefined;
  /** Flags of the first message and of all others. */
  readonly flags: readonly [first: number, others: number];
  readonly minTimeoutMs: number;
  /** Whether a message that was sent twice says nothing about the round trip. */
  readonly ignoresResent: boolean;
  /** How often the head is sent again while publication is paused; undefined for never. */
  readonly pausedResendMs: number | undefined;
  /** Whether the next message follows at once when one that was lost has arrived; else it has its turn at the next look. */
  readonly resendsNext: boolean;
  /** How long to go on without any acknowledgement; undefined for ever. */
  readonly giveUpMs: number | undefined;
}

/**
 * Ours. The service closes a socket above 1,000 messages a second. A full terminal holds acknowledgements back, so the
 * window is small and time-outs don't go under 200 ms. The start of publication may never be told: a paused head is tried on.
 */
export const clientTuning: SenderTuning = {
  windowBytes: 256 * 1024,
  messagesPerSecond: 850,
  flags: [0, 0],
  minTimeoutMs: 200,
  ignoresResent: true,
  pausedResendMs: 1_000,
  resendsNext: true,
  giveUpMs: 60_000,
};

/** amazon-ssm-agent's: no window worth the name, no pace, no floor, for ever; silent while paused. */
export const agentTuning: SenderTuning = {
  windowBytes: 8 * 1024 * 1024,
  messagesPerSecond: undefined,
  flags: [1, 0],
  minTimeoutMs: 0,
  ignoresResent: false,
  pausedResendMs: undefined,
  resendsNext: false,
  giveUpMs: undefined,
};
