import { test } from 'vitest';
import { partyNames, surviveDownloadKills, surviveUploadKills } from '../suites/chaos/transfer-kills.ts';
import { seedOfTest } from '../support/seed.ts';

test.for(partyNames)('with the %s killed at random an upload’s target is whole or as it was', async (party) => {
  await surviveUploadKills(party, seedOfTest(), 5);
});

test.for(partyNames)('with the %s killed at random a download’s target is whole or as it was', async (party) => {
  await surviveDownloadKills(party, seedOfTest(), 5);
});
