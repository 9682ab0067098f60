import type { ClientHttp2Session } from 'node:http2';
import type { ChannelRequest } from '../../../channel/near/request.ts';
import { commandControlApi } from '../../../contract/agent/command-control.ts';
import { agentApi } from '../../../contract/agent/commands.ts';
import { commandControlRoutes } from '../../../contract/api/commands/command-control.ts';
import { commandIdFor } from '../../commands/command-id.ts';
import type { CommandRoute } from '../../commands/transport/command-transport.ts';
import type { Connection } from '../../connection.ts';
import { parseAnswer } from '../../http/read/read-answer.ts';
import { repeatCall } from '../../http/send/repeat-call.ts';
import type { InputOf, OutputOf, SendOptions } from '../../http/send/send.ts';
import { askAgent } from './ask-agent.ts';
import { readJson } from './read-json.ts';
import { startOrder } from './start-request.ts';
import { withQuery } from './with-query.ts';

interface Question<Name extends CommandRoute> {
  readonly name: Name;
  readonly input: InputOf<Name>;
  readonly options: SendOptions;
}

/** What any of the questions may hold. */
interface Parts {
  readonly params: { readonly sandbox_id: string; readonly command_id?: string };
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

type ControlRoute = keyof typeof commandControlApi;

function requestOf(name: ControlRoute, { params, query = {}, body }: Parts): ChannelRequest {
  const { method, path } = commandControlApi[name];
  const whole = withQuery(path.replace('{command_id}', params.command_id ?? ''), query);
  return { method, path: whole, ...(body === undefined ? {} : { body }) };
}

/**
 * A question about commands, asked of the agent itself, which answers as the service would. Repeats what may be repeated. Throws
 * SandboxError, or the reason of the signal.
 */
export async function askCommand<Name extends CommandRoute>(
  connection: Connection,
  open: () => Promise<ClientHttp2Session>,
  { name, input, options }: Question<Name>,
): Promise<OutputOf<Name>> {
  const { clock } = connection;
  const parts: Parts = input;
  const repeatable = options.repeatable ?? commandControlRoutes[name].repeatable !== 'never';
  const key = options.idempotencyKey ?? crypto.randomUUID();
  const answer = await repeatCall(connection, { what: name, repeatable, signal: options.signal }, async (signal) => {
    const ask = async (request: ChannelRequest) => askAgent(await open(), request, { clock, signal });
    const askInfo = async (control: ControlRoute, of: Parts) =>
      parseAnswer(commandControlApi[control].answer, await readJson(await ask(requestOf(control, of))), 'the answer');
    if (name !== 'startCommand') return askInfo(name as ControlRoute, parts);
    const commandId = await commandIdFor(parts.params.sandbox_id, key);
    const { body } = input as InputOf<'startCommand'>;
    const { method, path } = agentApi.startCommand;
    const order = startOrder({ body }, commandId, body.timeout_seconds ?? null);
    const started = await ask({ method, path: `${path}?until=now&stream_bytes=0`, body: order });
    started.on('error', () => undefined).close();
    return askInfo('getCommand', { params: { ...parts.params, command_id: commandId } });
  });
  // The schema of the row has made it so.
  return answer as OutputOf<Name>;
}
