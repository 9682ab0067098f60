import type { QuotaOverride } from '../../../contract/api/use/quota.ts';

export interface UserQuotas {
  /** What an operator has set for this user alone; undefined where nothing is. */
  of(userId: string): Promise<QuotaOverride | undefined>;
  /** In the place of what was set before. */
  set(userId: string, override: QuotaOverride): Promise<void>;
  remove(userId: string): Promise<void>;
}

/** What is counted by the minute. */
export type Rate = 'creates' | 'commands';

/** Counters of what a user does in a minute, which the table forgets by itself. */
export interface RateWindows {
  /** Counts so many more in the minute that begins at `minuteMs`; answers how many are counted in it then. */
  add(userId: string, rate: Rate, minuteMs: number, count: number): Promise<number>;
  /** How many are counted in it. */
  used(userId: string, rate: Rate, minuteMs: number): Promise<number>;
}
