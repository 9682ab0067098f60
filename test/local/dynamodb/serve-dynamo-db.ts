// Serves a database folder from a process of its own, which a test kills: prints one line of JSON when it is ready.

import { systemClock } from '../../../contract/clock.ts';
import { Principals } from '../../../local/aws/keys.ts';
import { createDynamoDb } from '../../../local/dynamodb/create-dynamo-db.ts';

const principals = new Principals();
const { credentials } = principals.issueService('test');
const dir = String(process.argv[2]);
const { url } = await createDynamoDb({ dir, clock: systemClock, principals, region: 'us-east-1' });
console.log(JSON.stringify({ url, credentials }));
// Ends with the test, however that ends.
process.stdin.on('close', () => process.exit()).resume();
