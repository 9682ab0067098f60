import { sandboxRecords } from '../../../../lambdas/aws/dynamodb/sandboxes/sandbox-records.ts';
import { defineSandboxRecordsSuite } from '../../../suites/sandbox-records-suite.ts';
import { startTable } from './start-table.ts';

defineSandboxRecordsSuite(async () => {
  const { table, clock } = await startTable();
  return { records: sandboxRecords(table, clock), clock };
});
