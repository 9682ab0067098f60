// What a bench's sessions run on their terminal, raw already: `attach`, joined to the socket that is named.
import { createWriteStream } from 'node:fs';
import { connect } from 'node:net';
import { attach } from '../../channel/far/attach.ts';
import { systemClock } from '../../contract/clock.ts';

const [socket = ''] = process.argv.slice(2);
const output = createWriteStream('', { fd: 1, autoClose: false });
await attach({ input: process.stdin, output, connect: () => connect(socket), clock: systemClock }).catch(
  () => undefined,
);
process.kill(process.pid, 'SIGKILL');
