export interface PartState {
  readonly state: 'ok' | 'down';
  readonly since: string;
}

export interface HealthRecords {
  check(): Promise<void>;
  /** Says that a part is in this state at `at`; the answer says since when. */
  observe(part: string, state: 'ok' | 'down', at: string): Promise<PartState>;
}
