import { z } from 'zod';
import { occasionFields, strikes } from '../../hazards/occasion.ts';
import { randomFor } from '../../hazards/random.ts';

/** What a fault decides on: one frame, on its way through the service. */
export interface FaultyFrame {
  readonly direction: 'to-agent' | 'to-client';
  readonly messageType: string;
}

/**
 * What happens to a frame, or in its place. `reorder` lets the next one pass first. The cuts close a side's connection,
 * of which the agent's comes back by itself; `kill-command` is what anybody inside with the right to it could do.
 */
const fate = z.union([
  z.enum(['drop', 'duplicate', 'reorder', 'cut-client', 'cut-agent', 'kill-command']),
  z.strictObject({ delayMs: z.int().min(1) }),
]);

export type FrameFate = 'pass' | z.output<typeof fate>;

export const frameFault = z.strictObject({
  /** The how manieth session of the run, from 1. @default each one */
  session: z.int().min(1).optional(),
  direction: z.enum(['to-agent', 'to-client']).optional(),
  type: z.enum(['input_stream_data', 'output_stream_data', 'acknowledge']).optional(),
  fate,
  ...occasionFields,
});

type FrameFaultSettings = z.output<typeof frameFault>;

/** Asked for each frame of one session. */
export type FrameFault = (frame: FaultyFrame) => FrameFate;

/** The faults of one session, counted and drawn for it alone. The first that strikes decides. */
export function frameFaults(settings: readonly FrameFaultSettings[], seed: number, session: number): FrameFault {
  const mine = settings
    .map((fault, index) => ({ ...fault, strikes: strikes(fault, randomFor(seed, `frames ${index} ${session}`)) }))
    .filter((fault) => fault.session === undefined || fault.session === session);
  return ({ direction, messageType }) => {
    const fault = mine.find(
      (one) =>
        (one.direction === undefined || one.direction === direction) &&
        (one.type === undefined || one.type === messageType) &&
        one.strikes(),
    );
    return fault?.fate ?? 'pass';
  };
}
