import { strikes } from '../hazards/occasion.ts';
import { randomFor } from '../hazards/random.ts';
import type { FunctionHazards } from './function-hazards.ts';

/** Asked by one function's pool at the moments at which an environment could be lost. */
export interface FunctionFaults {
  readonly coldStartMs: number;
  /** How long after this moment the environment is lost; undefined when it stays. */
  lossMs(when: 'working' | 'frozen'): number | undefined;
}

/** The faults of each function by its name; a loss that names no function is counted over all of them. */
export function functionFaults(
  { coldStartMs, losses }: FunctionHazards,
  seed: number,
): (name: string) => FunctionFaults {
  const counted = losses.map((loss, index) => ({
    ...loss,
    strikes: strikes(loss, randomFor(seed, `losses ${index}`)),
  }));
  return (name) => ({
    coldStartMs,
    lossMs: (moment) =>
      counted.find(
        (loss) => loss.when === moment && (loss.function === undefined || loss.function === name) && loss.strikes(),
      )?.afterMs,
  });
}
