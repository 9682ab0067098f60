import { assertReady } from '../commands/agent/ready-record.ts';
import type { ReadyRecord, SandboxRecord } from '../sandboxes/record.ts';
import { type HandOver, isHandedOver } from './hand-over.ts';

/** The record once commands can run in it: a pool's machine is told whose it is first. Throws as `assertReady`, and as `handOver`. */
export async function readyRecord(
  handOver: HandOver,
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<ReadyRecord> {
  return assertReady(isHandedOver(record) ? await handOver(record, signal) : record);
}
