import { type Clock, clockSetting, createClock, systemClock } from '../../contract/clock.ts';
import { Principals } from '../aws/keys.ts';
import type { Logs } from './open-logs.ts';

/** What all parts of one run of the service share. */
export interface Run {
  readonly dataDir: string;
  readonly region: string;
  readonly clock: Clock;
  /** The environment that gives another process the same clock. */
  readonly clockVariables: Readonly<Record<string, string>>;
  readonly principals: Principals;
  readonly logs: Logs;
}

/** New keys, and a clock that starts now at `clockRate` times the machine's pace. */
export function createRun(dataDir: string, logs: Logs, clockRate = 1): Run {
  const origin = Date.now();
  const scaled = clockRate !== 1;
  return {
    dataDir,
    logs,
    region: 'us-east-1',
    clock: scaled ? createClock(clockRate, origin) : systemClock,
    clockVariables: scaled ? { MATRX_CLOCK: clockSetting(clockRate, origin) } : {},
    principals: new Principals(),
  };
}
