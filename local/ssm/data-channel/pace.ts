// What was measured on the real exec agent and service, in one place. Milliseconds of the service's clock.

export interface Pace {
  /** From a machine's start to the first session its exec agent can take. */
  readonly execAgentStartMs: number;
  /** From ExecuteCommand to the session's worker being connected. */
  readonly workerStartMs: number;
  /** From then on, for as long as input is acknowledged and thrown away. */
  readonly earlyInputLostMs: number;
  /** From then on until the terminal is there; input stays without an acknowledgement meanwhile. */
  readonly terminalStartMs: number;
  /** From the terminal's start to the first read of what it prints. */
  readonly silenceMs: number;
  /** The most that one read takes of the terminal, and the sleep after it. */
  readonly readBytes: number;
  readonly readPauseMs: number;
  /** From a command that can't be started to the session's end. */
  readonly startFailureMs: number;
  /** From a session's end until its slot is free. */
  readonly slotReleaseMs: number;
}

export type PaceName = 'real' | 'fast';

export const paces: Readonly<Record<PaceName, Pace>> = {
  real: {
    execAgentStartMs: 1_100,
    workerStartMs: 80,
    earlyInputLostMs: 2,
    terminalStartMs: 8,
    silenceMs: 1_000,
    readBytes: 1_024,
    readPauseMs: 1,
    startFailureMs: 2_000,
    slotReleaseMs: 15,
  },
  // The pause stays and the reads grow: without a pause the acknowledgements alone would pass the service's limit.
  fast: {
    execAgentStartMs: 0,
    workerStartMs: 0,
    earlyInputLostMs: 0,
    terminalStartMs: 0,
    silenceMs: 0,
    readBytes: 32 * 1_024,
    readPauseMs: 1,
    startFailureMs: 0,
    slotReleaseMs: 0,
  },
};

export const sessionLimits = {
  /** How long a token opens a session; it does so once. */
  tokenMs: 60_000,
  /** How long a connected client may take to say its token. */
  openMs: 10_000,
  /** A session that carried nothing for this long is ended. */
  idleMs: 20 * 60_000,
  /** What a session whose command has ended waits for its last acknowledgements. */
  flushMs: 2_000,
  /** How much longer a session keeps its slot whose client acknowledged nothing in that time. */
  unacknowledgedSlotMs: 2_000,
  /** How often, and how far apart, the exec agent looks for a place for a session before it locks up. */
  placingTries: 5,
  placingPauseMs: 1_000,
  /** How long an agent whose connection was cut takes to be back. */
  agentReconnectMs: 150,
  /** How far output that is on its way lags behind an end from outside, where that may overtake it. */
  overtakenMs: 25,
  /** How long a worker that was given nothing to run takes to be found dead. */
  deadWorkerMs: 60_000,
  /** More frames from a client than these in a window, and its socket is closed. */
  framesPerWindow: 2_000,
  frameWindowMs: 2_000,
} as const;
