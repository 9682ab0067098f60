// The image's health check: asks the agent on its own socket and prints each part, with state, since when, and detail.

import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import type * as z from 'zod';
import type { AgentHealth } from '../../contract/agent/commands.ts';
import { runFolder, socketsIn } from '../agent/paths.ts';

/** Another socket than the agent's own, for tests. */
const socket = process.argv[2] ?? socketsIn(runFolder).agent;
const answerWithinMs = 4_000;
const maxBytes = 64 * 1024;

async function ask(): Promise<z.infer<typeof AgentHealth>> {
  const session = connectHttp2('http://agent', { createConnection: () => connect(socket) });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  session.on('error', reject);
  const stream = session.request({ ':path': '/health' });
  let body = '';
  let status = 0;
  stream.setEncoding('utf8');
  stream.on('response', (headers) => {
    status = headers[':status'] ?? 0;
  });
  stream.on('data', (text: string) => {
    body += text;
    if (body.length > maxBytes) stream.destroy(new Error(`the agent answered more than ${maxBytes} bytes`));
  });
  stream.on('error', reject);
  stream.on('end', () => (status === 200 ? resolve(body) : reject(new Error(`the agent answered ${status}`))));
  return JSON.parse(await promise);
}

const say = (name: string, state: string, since: string, detail: string) =>
  process.stdout.write(`${name} ${state} since ${since}${detail ? `: ${detail}` : ''}\n`);

const timer = setTimeout(() => fail(new Error(`no answer in ${answerWithinMs} ms`)), answerWithinMs);

function fail(error: unknown): void {
  say('agent', 'down', new Date().toISOString(), String(error));
  process.exit(1);
}

ask().then((health) => {
  clearTimeout(timer);
  for (const { name, state, since, detail } of health.parts) say(name, state, since, detail);
  // A control plane out of reach is not cured by ending the sandbox: the agent says so, and goes on.
  process.exit(0);
}, fail);
