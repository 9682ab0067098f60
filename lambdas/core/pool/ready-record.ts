import { assertReady } from '../commands/agent/ready-record.ts';
import type { ReadyRecord, SandboxRecord } from '../sandboxes/record.ts';
import { type HandOver, isHandedOver } from './hand-over.ts';

/** Where a sandbox may have a machine that was a pool's. */
export interface ReadyPorts {
  /** @default such a sandbox is not ready until its machine has asked for its assignment */
  readonly handOver?: HandOver;
}

/** The record once commands can run in it: a pool's machine is told whose it is first. Throws as `assertReady`, and as `handOver`. */
export async function readyRecord(
  { handOver }: ReadyPorts,
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<ReadyRecord> {
  return assertReady(handOver && isHandedOver(record) ? await handOver(record, signal) : record);
}
