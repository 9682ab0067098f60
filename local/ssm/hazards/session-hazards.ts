import { z } from 'zod';
import { frameFault } from './frame-faults.ts';

const milliseconds = z.int().min(0).exactOptional();

/** How sessions go wrong. Without any settings: as the real exec agent and message service, at their limits and no worse. */
export const sessionHazards = z
  .strictObject({
    /** Sessions that run at once in one machine; what runs inside reads it, as it can on ECS. */
    limit: z.int().min(1).max(1_000).default(8),
    /** Whether a session too many locks the exec agent up for good, as the real one, or is refused by ExecuteCommand. */
    whenFull: z.enum(['hang', 'refuse']).default('hang'),
    /** Whether what a session printed last comes after its end, where that end came from outside. */
    endOvertakesOutput: z.boolean().default(false),
    /** In the place of what was measured; see `Pace`. */
    pace: z
      .strictObject({
        execAgentStartMs: milliseconds,
        workerStartMs: milliseconds,
        earlyInputLostMs: milliseconds,
        terminalStartMs: milliseconds,
        silenceMs: milliseconds,
        slotReleaseMs: milliseconds,
      })
      .prefault({}),
    frames: z.array(frameFault).default([]),
  })
  .prefault({});

export type SessionHazards = z.output<typeof sessionHazards>;
