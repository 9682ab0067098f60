import { defineSandboxRecordsSuite } from '../../suites/sandbox-records-suite.ts';
import { FakeRecords, JumpingClock } from '../../support/fakes/fakes.ts';

defineSandboxRecordsSuite(async () => {
  const clock = new JumpingClock();
  return { records: new FakeRecords(clock), clock };
});
