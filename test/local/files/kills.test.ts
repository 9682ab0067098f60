import { test } from 'vitest';
import { partyNames, surviveUploadKills } from '../../suites/chaos/transfer-kills.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';
import { seedOfTest } from '../../support/seed.ts';

test.skipIf(!namespacesHere).for(partyNames)(
  'with the %s killed in the middle of it an upload’s target is whole or as it was',
  { timeout: 180_000 },
  (party) => surviveUploadKills(party, seedOfTest(), 1),
);
