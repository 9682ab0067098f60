import type { ServerHttp2Stream } from 'node:http2';
import type { ApiTools } from './create-agent-server.ts';

/** A request as its route has it. */
interface Request {
  readonly stream: ServerHttp2Stream;
  /** Empty on a route without one. */
  readonly commandId: string;
  readonly query: Readonly<Record<string, string>>;
}

/** What answers one route. Its failures are answered by whoever calls it. */
export type Handler = (request: Request, tools: ApiTools) => Promise<void>;
