import { type Clock, clockSetting, createClock, systemClock } from '../../contract/clock.ts';
import { Principals } from '../aws/keys.ts';
import type { Hazards } from '../hazards/hazards.ts';
import type { Logs } from './open/open-logs.ts';

/** What all parts of one run of the service share. */
export interface Run {
  readonly dataDir: string;
  readonly region: string;
  readonly clock: Clock;
  /** The environment that gives another process the same clock. */
  readonly clockVariables: Readonly<Record<string, string>>;
  readonly principals: Principals;
  readonly logs: Logs;
  readonly hazards: Hazards;
}

interface RunPace {
  /** @default 1 */
  readonly clockRate?: number | undefined;
}

/** New keys, and a clock that starts now at `clockRate` times the machine's pace. */
export function createRun({ clockRate = 1, ...given }: Pick<Run, 'dataDir' | 'logs' | 'hazards'> & RunPace): Run {
  const origin = Date.now();
  const scaled = clockRate !== 1;
  return {
    ...given,
    region: 'us-east-1',
    clock: scaled ? createClock(clockRate, origin) : systemClock,
    clockVariables: scaled ? { MATRX_CLOCK: clockSetting(clockRate, origin) } : {},
    principals: new Principals(),
  };
}
