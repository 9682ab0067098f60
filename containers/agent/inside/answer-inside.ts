import type { IncomingMessage } from 'node:http';
import { AgentError } from '../../../contract/agent/errors.ts';
import { noRoute } from '../api/match-route.ts';
import { readBody } from '../api/read-body.ts';
import type { SandboxLife } from '../life/sandbox-life.ts';
import type { EndOfWork, LastWord, WordFate } from './end-of-work.ts';
import { completeOf, reportErrorOf } from './last-words.ts';

/** What the door speaks of and to. */
export interface InsideTools {
  readonly sandboxId: string;
  readonly userId: string;
  readonly home: string;
  readonly coldPath: string;
  readonly life: Pick<SandboxLife, 'state' | 'expiresMs'>;
  readonly work: Pick<EndOfWork, 'say'>;
  /** The sandbox is in use. */
  readonly onUse: () => void;
}

export interface InsideAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

type Answerer = (request: IncomingMessage, tools: InsideTools) => InsideAnswer | Promise<InsideAnswer>;

const maxBodyBytes = 64 * 1024;

const statusOf = { starting: 'starting', ready: 'ready', ending: 'shutting_down' } as const;

const standing = ({ sandboxId, life }: InsideTools) => ({
  sandbox_id: sandboxId,
  status: statusOf[life.state],
  expires_at: new Date(life.expiresMs).toISOString(),
});

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && (length === undefined || Number(length) === 0)) return {};
  return (await readBody(request, maxBodyBytes)) ?? {};
}

const statusOfWord: Record<Exclude<WordFate, 'refused'>, number> = { counts: 200, too_late: 200, waiting: 202 };

async function say(word: LastWord, tools: InsideTools): Promise<InsideAnswer> {
  const fate = await tools.work.say(word);
  if (fate === 'refused') throw new AgentError('conflict', 'the service refuses it');
  const body = { ...standing(tools), status: 'shutting_down', stop_reason: word.kind, accepted: fate === 'counts' };
  return { status: statusOfWord[fate], body: fate === 'too_late' ? { ...body, stop_reason: null } : body };
}

const answerers: Readonly<Record<string, Answerer>> = {
  'GET ': (_request, tools) => ({
    status: 200,
    body: { ...standing(tools), user_id: tools.userId, hot_path: tools.home, cold_path: tools.coldPath },
  }),
  'POST /heartbeat': async (request, tools) => {
    await bodyOf(request);
    tools.onUse();
    return { status: 200, body: standing(tools) };
  },
  'POST /complete': async (request, tools) => say(completeOf(await bodyOf(request)), tools),
  'POST /error': async (request, tools) => say(reportErrorOf(await bodyOf(request)), tools),
};

/** Answers one of the four things there are here to ask. Throws AgentError; whatever else is asked is `route_not_found`. */
export async function answerInside(request: IncomingMessage, tools: InsideTools): Promise<InsideAnswer> {
  const [, id, rest] = /^\/sandboxes\/([\w-]{1,64})(|\/heartbeat|\/complete|\/error)$/.exec(request.url ?? '') ?? [];
  const answerer = answerers[`${request.method} ${rest}`];
  if (answerer === undefined || id !== tools.sandboxId) throw noRoute();
  return answerer(request, tools);
}
