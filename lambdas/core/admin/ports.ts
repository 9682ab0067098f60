/** What operators have decided for the whole deployment. */
export interface DeploymentSettings {
  readonly accepting: boolean;
  readonly reason: string | null;
  readonly daily_spend_cap_usd: number | null;
  readonly changed_at: string | null;
  readonly changed_by: string | null;
}

export type DeploymentChanges = Partial<Pick<DeploymentSettings, 'accepting' | 'reason' | 'daily_spend_cap_usd'>>;

/** What sandboxes cost, at list prices. */
export interface Spend {
  /** Since midnight UTC, by machines that ended and those that run. */
  readonly todayUsd: number;
  /** Sandboxes that have a machine. */
  readonly running: number;
  /** Of those, together. */
  readonly usdPerHour: number;
}

export interface DeploymentRecords {
  settings(): Promise<DeploymentSettings>;
  change(changes: DeploymentChanges, at: string, by: string): Promise<DeploymentSettings>;
  /** In bounded time, however many sandboxes there are. */
  spend(nowMs: number): Promise<Spend>;
}
