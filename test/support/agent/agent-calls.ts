import type { ClientHttp2Session } from 'node:http2';
import type { CommandInfo } from '../../../contract/api/commands/command-info.ts';
import {
  type AgentMachine,
  commandId,
  decodeFrames,
  type Finished,
  request,
  requestFrames,
  until,
} from './agent-machine.ts';

/** An agent that can be asked. */
type Asked = Pick<AgentMachine, 'send' | 'run'>;

/** The agent at the other end of a session. */
export const over = (session: ClientHttp2Session): Asked => ({
  send: (method, path, body) => request(session, method, path, body),
  run: (order, query) => requestFrames(session, order, query),
});

/** Starts a command and answers its id, without waiting for it. */
export async function begin(machine: Asked, order: object): Promise<string> {
  const id = commandId();
  await machine.run({ command_id: id, timeout_seconds: null, ...order }, '?until=now&stream_bytes=0');
  return id;
}

/** Asks one thing of the agent. Rejects with the agent's error, code and details, where it refuses. */
export async function ask<T = CommandInfo>(machine: Asked, path: string, body?: unknown): Promise<T> {
  const answer = await machine.send(body === undefined ? 'GET' : 'POST', path, body);
  const json = JSON.parse(answer.body.toString());
  if (answer.status !== 200)
    throw Object.assign(new Error(json.error.message), { status: answer.status, ...json.error });
  return json;
}

export const infoOf = (machine: Asked, id: string): Promise<CommandInfo> => ask(machine, `/commands/${id}`);

/** Follows a command to where `query` says. */
export const follow = async (machine: Asked, id: string, query = ''): Promise<Finished> =>
  decodeFrames((await machine.send('GET', `/commands/${id}/frames${query}`)).body);

/** Waits until a command has printed this. */
export const printed = (machine: Asked, id: string, text: string): Promise<void> =>
  until(async () => (await follow(machine, id, '?until=now')).stdout.includes(text));

export const type = (machine: Asked, id: string, text: string) =>
  ask<{ offset: number; eof: boolean }>(machine, `/commands/${id}/stdin`, {
    data: Buffer.from(text).toString('base64'),
  });
