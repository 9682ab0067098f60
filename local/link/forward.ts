import { type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

/**
 * Passes requests on to a server at `target`, streaming both ways, with their headers as they came: what is signed
 * stays as it was. `target` is asked for at each request, since the server may start later than this.
 */
export function forwardTo(target: () => string): RequestListener {
  return (incoming, response) => {
    const { hostname, port } = new URL(target());
    const outgoing = request({
      hostname,
      port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.rawHeaders,
      setDefaultHeaders: false,
      agent: false,
    });
    outgoing.on('response', (answer) => relayAnswer(answer, response));
    outgoing.on('error', () => refuse(response));
    response.on('close', () => outgoing.destroy());
    pipeline(incoming, outgoing, () => undefined);
  };
}

function relayAnswer(answer: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false;
  response.writeHead(answer.statusCode ?? 502, withoutFraming(answer.rawHeaders));
  response.flushHeaders();
  // An answer that breaks off is broken off here too, so that nobody takes it for whole.
  pipeline(answer, response, () => undefined);
}

/** Node frames the answer anew, so what the other side said of its own connection doesn't hold. */
function withoutFraming(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!['connection', 'keep-alive', 'transfer-encoding'].includes(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

function refuse(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(502, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ message: 'the gateway cannot be reached' }));
}
