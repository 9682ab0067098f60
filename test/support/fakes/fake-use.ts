// Ports of quotas, of operators and of use in memory.
import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import type { QuotaOverride } from '../../../contract/api/use/quota.ts';
import type {
  DeploymentChanges,
  DeploymentRecords,
  DeploymentSettings,
  Spend,
} from '../../../lambdas/core/admin/ports.ts';
import type { Rate, RateWindows, UserQuotas } from '../../../lambdas/core/quotas/ports.ts';
import type {
  MachinePoint,
  MachinePoints,
  OutcomeReports,
  UsageKind,
  UsageRecords,
  UsageRow,
} from '../../../lambdas/core/usage/ports.ts';
import type { FakeCommands } from './fakes.ts';

export class FakeQuotas implements UserQuotas {
  readonly overrides = new Map<string, QuotaOverride>();

  async of(userId: string): Promise<QuotaOverride | undefined> {
    return this.overrides.get(userId);
  }

  async set(userId: string, override: QuotaOverride): Promise<void> {
    this.overrides.set(userId, override);
  }

  async remove(userId: string): Promise<void> {
    this.overrides.delete(userId);
  }
}

export class FakeWindows implements RateWindows {
  readonly counts = new Map<string, number>();
  /** How often something was counted. */
  writes = 0;

  async add(userId: string, rate: Rate, minuteMs: number, count: number): Promise<number> {
    this.writes += 1;
    const key = `${userId} ${rate} ${minuteMs}`;
    const now = (this.counts.get(key) ?? 0) + count;
    this.counts.set(key, now);
    return now;
  }

  async used(userId: string, rate: Rate, minuteMs: number): Promise<number> {
    return this.counts.get(`${userId} ${rate} ${minuteMs}`) ?? 0;
  }
}

export class FakeOperators implements DeploymentRecords {
  state: DeploymentSettings = {
    accepting: true,
    reason: null,
    daily_spend_cap_usd: null,
    changed_at: null,
    changed_by: null,
  };
  spent: Spend = { todayUsd: 0, running: 0, usdPerHour: 0 };

  async settings(): Promise<DeploymentSettings> {
    return this.state;
  }

  async change(changes: DeploymentChanges, at: string, by: string): Promise<DeploymentSettings> {
    this.state = { ...this.state, ...changes, changed_at: at, changed_by: by };
    return this.state;
  }

  async spend(): Promise<Spend> {
    return this.spent;
  }
}

export class FakeUsage implements UsageRecords {
  readonly rows: (UsageRow & { readonly day: string })[] = [];

  async ofDay(day: string, userId: string | undefined): Promise<readonly UsageRow[]> {
    return this.rows.filter((row) => row.day === day && (userId === undefined || row.user_id === userId));
  }
}

/** How commands ended, kept where FakeCommands looks for it, and counted. */
export class FakeReports implements OutcomeReports {
  readonly #commands: FakeCommands;
  readonly counted = new Map<string, number>();

  constructor(commands: FakeCommands) {
    this.#commands = commands;
  }

  async add(sandboxId: string, { user_id }: UsageKind, reports: readonly OutcomeReport[]): Promise<void> {
    for (const report of reports) {
      if ((await this.#commands.outcomeOf(sandboxId, report.command_id)) !== undefined) continue;
      await this.#commands.addOutcome(sandboxId, report);
      this.counted.set(user_id, (this.counted.get(user_id) ?? 0) + 1);
    }
  }
}

export class FakePoints implements MachinePoints {
  readonly points = new Map<string, MachinePoint[]>();

  async add(sandboxId: string, point: MachinePoint): Promise<void> {
    this.points.set(sandboxId, [...(this.points.get(sandboxId) ?? []), point]);
  }

  async since(sandboxId: string, at: string): Promise<readonly MachinePoint[]> {
    return (this.points.get(sandboxId) ?? []).filter((point) => point.at >= at);
  }
}
