// Serves a storage folder from a process of its own, which a test kills: prints one line of JSON when it is ready.

import { systemClock } from '../../../contract/clock.ts';
import { Principals } from '../../../local/aws/keys.ts';
import { createS3 } from '../../../local/s3/create-s3.ts';

const principals = new Principals();
const { credentials } = principals.issueFunction('deploy', 'test');
const bucket = { name: 'test-bucket', expiry: { prefixes: [], unfinishedUploadDays: 1 } };
const dir = String(process.argv[2]);
const { url } = await createS3({ dir, clock: systemClock, principals, region: 'us-east-1', bucket });
console.log(JSON.stringify({ url, credentials }));
// Ends with the test, however that ends.
process.stdin.on('close', () => process.exit()).resume();
