import type { MachineFigures, OutcomeReport } from '../../../contract/api/agent-reports.ts';
import type { SandboxRecord } from '../sandboxes/record.ts';

/** By what use is told apart. */
export interface UsageKind extends Pick<SandboxRecord, 'user_id' | 'template' | 'labels'> {
  readonly size: SandboxRecord['size']['name'];
}

/** What sandboxes of one kind used on one day. */
export interface UsageRow extends UsageKind {
  readonly sandboxes: number;
  readonly seconds: number;
  /** Millionths of a dollar. */
  readonly micros: number;
  readonly commands: number;
}

export interface UsageRecords {
  /** A user's rows of one day, or everybody's. */
  ofDay(day: string, userId: string | undefined): Promise<readonly UsageRow[]>;
}

/** How a machine was at a time. */
export interface MachinePoint extends MachineFigures {
  readonly at: string;
  readonly running_commands: number;
}

export interface MachinePoints {
  /** Keeps a point for a while, one for each minute. */
  add(sandboxId: string, point: MachinePoint): Promise<void>;
  /** Oldest first. */
  since(sandboxId: string, at: string): Promise<readonly MachinePoint[]>;
}

export interface OutcomeReports {
  /** Keeps the first report of each command until `until` (epoch seconds) and counts it as used; later ones change nothing. */
  add(sandboxId: string, kind: UsageKind, reports: readonly OutcomeReport[], until: number): Promise<void>;
}
