// Runs on a session's terminal, raw already: the far end of a channel that answers with what it is sent.

import { PassThrough } from 'node:stream';
import { attach } from '../../../channel/far/attach.ts';
import { systemClock } from '../../../contract/clock.ts';

await attach({ input: process.stdin, output: process.stdout, connect: () => new PassThrough(), clock: systemClock });
process.exit();
