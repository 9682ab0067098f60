// Works on files as the sandbox's user: the agent, which is root, opens no path itself. It lives as long as its input.

import { Socket } from 'node:net';
import { serveCalls } from './serve-calls.ts';

// Not the process's own streams: those write synchronously.
const input = new Socket({ fd: 0, readable: true, writable: false });
const output = new Socket({ fd: 1, readable: false, writable: true });
const end = () => process.exit(0);
input.on('end', end).on('error', end);
output.on('error', end);
serveCalls(input, output);
