import { test } from 'vitest';
import { surviveUploadKills } from '../../suites/chaos/transfer-kills.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';
import { seedOfTest } from '../../support/seed.ts';

// The others, whose deaths take long to be known, are killed in test/deep.
test.skipIf(!namespacesHere).for(['helper', 'environment'] as const)(
  'with the %s killed in the middle of it an upload’s target is whole or as it was',
  { timeout: 180_000 },
  (party) => surviveUploadKills(party, seedOfTest(), 1),
);
