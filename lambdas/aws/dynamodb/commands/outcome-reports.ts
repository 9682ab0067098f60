import type { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { dayOf } from '../../../core/usage/billed-days.ts';
import type { OutcomeReports, UsageKind } from '../../../core/usage/ports.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { isRefused, transact, type Writes } from '../transact.ts';
import { countedKind, usageWrite } from '../use/usage-writes.ts';
import { placeWrite } from './command-places.ts';

// Reports are up to 70 kB each, and a transaction takes 4 MB.
const batchSize = 20;

/** How commands ended, in DynamoDB, each one with its count in the use of the day: both or neither. */
export function outcomeReports(table: Table, clock: Clock): OutcomeReports {
  return {
    add: async (sandboxId, kind, reports, until) => {
      const day = dayOf(clock.now());
      const counted = await countedKind(table, day, kind);
      const distinct = [...new Map([...reports].reverse().map((report) => [report.command_id, report])).values()];
      for (let from = 0; from < distinct.length; from += batchSize) {
        const batch = distinct.slice(from, from + batchSize);
        await addBatch(table, clock, { sandboxId, until, day, kind: counted }, batch);
      }
    },
  };
}

interface Place {
  readonly sandboxId: string;
  readonly until: number;
  readonly day: string;
  readonly kind: UsageKind;
}

/** Writes those that are new; what an earlier report has written is neither written nor counted again. */
async function addBatch(table: Table, clock: Clock, place: Place, batch: readonly OutcomeReport[]): Promise<void> {
  if (batch.length === 0) return;
  const { sandboxId, until, day, kind } = place;
  const puts: Writes = batch.map((report) => ({
    Put: {
      TableName: table.name,
      Item: { ...keys.outcome(sandboxId, report.command_id), report, ttl: until },
      ConditionExpression: 'attribute_not_exists(report)',
    },
  }));
  const places = batch.map((report) => placeWrite(table.name, sandboxId, report, until));
  const count = usageWrite(table.name, day, kind, { commands: batch.length });
  const reasons = await transact(table, clock, [...puts, ...places, count]);
  if (reasons === undefined) return;
  // At least one was refused, so that the next batch is smaller.
  await addBatch(
    table,
    clock,
    place,
    batch.filter((_, index) => !isRefused(reasons, index)),
  );
}
