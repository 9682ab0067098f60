import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readProcess } from '../process-table.ts';

/** What a machine has on this host beside its folder, written down before it is made. */
export interface MachineRecord {
  readonly groups: readonly string[];
  readonly processes: readonly { readonly pid: number; readonly startedAt: number }[];
}

const fileOf = (folder: string) => join(folder, 'record');

/** Writes a control group down before it is made, for the sweep of a killed run. */
export function recordGroup(folder: string, group: string): void {
  appendFileSync(fileOf(folder), `group ${group}\n`);
}

/** Writes a process down with its start time, since its number may be another’s by the time of the sweep. */
export function recordProcess(folder: string, pid: number): void {
  const startedAt = readProcess(pid)?.startedAt;
  if (startedAt !== undefined) appendFileSync(fileOf(folder), `process ${pid} ${startedAt}\n`);
}

/** A folder without a record has nothing beside itself. A line cut short by a kill is none. */
export function readRecord(folder: string): MachineRecord {
  const text = existsSync(fileOf(folder)) ? readFileSync(fileOf(folder), 'utf8') : '';
  const matches = (pattern: RegExp) => [...text.matchAll(pattern)];
  return {
    groups: matches(/^group (.+)\n/gm).map(([, group = '']) => group),
    processes: matches(/^process (\d+) (\d+)\n/gm).map(([, pid, startedAt]) => ({
      pid: Number(pid),
      startedAt: Number(startedAt),
    })),
  };
}
