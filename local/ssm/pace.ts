// What was measured on the real exec agent and service, in one place. Milliseconds of the service's clock.

export interface Pace {
  /** From a machine's start to the first session its exec agent can take. */
  readonly execAgentStartMs: number;
  /** From ExecuteCommand to the session's worker being connected. */
  readonly workerStartMs: number;
  /** From the terminal's start to the first read of what it prints. */
  readonly silenceMs: number;
  /** The most that one read takes of the terminal, and the sleep after it. */
  readonly readBytes: number;
  readonly readPauseMs: number;
  /** From a command that can't be started to the session's end. */
  readonly startFailureMs: number;
}

export type PaceName = 'real' | 'fast';

export const paces: Readonly<Record<PaceName, Pace>> = {
  real: {
    execAgentStartMs: 1_100,
    workerStartMs: 80,
    silenceMs: 1_000,
    readBytes: 1_024,
    readPauseMs: 1,
    startFailureMs: 2_000,
  },
  // The pause stays and the reads grow: without a pause the acknowledgements alone would pass the service's limit.
  fast: {
    execAgentStartMs: 0,
    workerStartMs: 0,
    silenceMs: 0,
    readBytes: 32 * 1_024,
    readPauseMs: 1,
    startFailureMs: 0,
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
  /** How long a worker that was given nothing to run takes to be found dead. */
  deadWorkerMs: 60_000,
  /** More frames from a client than these in a window, and its socket is closed. */
  framesPerWindow: 2_000,
  frameWindowMs: 2_000,
} as const;
