import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as z from 'zod';
import { socketsIn } from '../../../containers/agent/paths.ts';
import { runAgent } from '../../../containers/agent/run-agent.ts';
import { AgentHealth } from '../../../contract/agent/commands.ts';
import type { ExitCode } from '../../../contract/agent/exit-codes.ts';
import { type Frame, FrameDecoder } from '../../../contract/agent/frames.ts';
import type { Assignment } from '../../../contract/api/agent-reports.ts';
import type { CommandOutcome } from '../../../contract/api/commands/command-result.ts';
import { type Clock, systemClock } from '../../../contract/clock.ts';
import {
  credentialsPath,
  type FakeControlPlane,
  type Fault,
  type PlayedHomes,
  startControlPlane,
} from '../fakes/fake-control-plane.ts';
import { writeAgentFiles } from './agent-files.ts';

/** An agent in this process with the real ways of running commands, in temporary folders. Needs root. */
export interface AgentMachine extends AsyncDisposable {
  readonly plane: FakeControlPlane;
  readonly home: string;
  readonly channelSocket: string;
  readonly http: ClientHttp2Session;
  readonly logs: string[];
  readonly exited: Promise<ExitCode>;
  /** SIGTERM. */
  stop(): void;
  /** Waits until it says so in a heartbeat. */
  ready(): Promise<void>;
  health(): Promise<z.infer<typeof AgentHealth>>;
  send(method: string, path: string, body?: unknown): Promise<{ status: number; body: Buffer }>;
  run(order: object, query?: string): Promise<Finished>;
}

export interface Finished {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly frames: readonly Frame[];
  readonly outcome: CommandOutcome;
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** A fresh command id. */
export const commandId = (): string =>
  `cmd_${Array.from({ length: 26 }, () => alphabet[Math.floor(Math.random() * 32)]).join('')}`;

export async function startAgent(
  options: {
    clock?: Clock;
    assignment?: Partial<Assignment>;
    fault?: Fault;
    files?: boolean;
    homes?: PlayedHomes;
  } = {},
): Promise<AgentMachine> {
  const clock = options.clock ?? systemClock;
  const folder = await mkdtemp(join(tmpdir(), 'matrx-agent-'));
  await chmod(folder, 0o755);
  const home = join(folder, 'home');
  await mkdir(home);
  await chown(home, 1000, 1000);
  if (options.files) await writeAgentFiles(folder, ['files-helper.cjs']);
  const plane = await startControlPlane({
    expires_at: new Date(clock.now() + 3_600_000).toISOString(),
    ...options.assignment,
  });
  plane.fault = options.fault;
  plane.homes = options.homes;
  const logs: string[] = [];
  const stop = new AbortController();
  const runFolder = join(folder, 'run');
  const exited = runAgent({
    config: {
      clock,
      region: 'us-east-1',
      apiUrl: new URL('http://api.test'),
      linkSocket: plane.linkSocket,
      credentialsPath,
      runFolder,
      spoolFolder: join(folder, 'spool'),
      coldSocket: join(folder, 'inside/cold.sock'),
      home,
      filesHelper: join(folder, 'files-helper.cjs'),
    },
    log: {
      info: (event, fields) => logs.push(JSON.stringify({ event, ...fields })),
      error: (event, cause) => logs.push(JSON.stringify({ event, cause: String(cause) })),
    },
    version: '0.0.0',
    sessionLimit: 2,
    stop: stop.signal,
  });
  const sockets = socketsIn(runFolder);
  let session: ClientHttp2Session | undefined;
  const machine: AgentMachine = {
    plane,
    home,
    channelSocket: sockets.channel,
    logs,
    exited,
    get http() {
      session ??= connect('http://agent', { createConnection: () => connectSocket(sockets.agent) }).on(
        'error',
        () => {},
      );
      return session;
    },
    stop: () => stop.abort(),
    ready: () => until(() => plane.heartbeats.some(({ state }) => state === 'ready')),
    health: () => requestHealth(machine.http),
    send: (method, path, body) => request(machine.http, method, path, body),
    run: (order, query) => requestFrames(machine.http, order, query),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await exited.catch(() => {});
      session?.destroy();
      await plane[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return machine;
}

/** Waits for something that happens by itself; the test's own time-out is its limit. */
export async function until(happened: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await happened())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Runs a command by `POST /commands` over a session, to its end. Rejects when it is not started. */
export const requestFrames = async (session: ClientHttp2Session, order: object, query = ''): Promise<Finished> =>
  finish(
    await request(session, 'POST', `/commands${query}`, { command_id: commandId(), timeout_seconds: 30, ...order }),
  );

/** `GET /health` over a session. */
export const requestHealth = async (session: ClientHttp2Session) =>
  AgentHealth.parse(JSON.parse((await request(session, 'GET', '/health')).body.toString()));

/** One request over a session, with its whole answer. */
export async function request(session: ClientHttp2Session, method: string, path: string, body?: unknown) {
  const stream = session.request({ ':method': method, ':path': path });
  stream.end(body === undefined ? undefined : JSON.stringify(body));
  const status = new Promise<number>((resolve, reject) => {
    stream.once('response', (headers) => resolve(headers[':status'] ?? 0)).once('error', reject);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { status: await status, body: Buffer.concat(chunks) };
}

function finish({ status, body }: { status: number; body: Buffer }): Finished {
  if (status !== 200) throw new Error(`answered ${status}: ${body}`);
  return decodeFrames(body);
}

/** A followed command's whole body. Throws unless the last frame is `finished`. */
export function decodeFrames(body: Buffer): Finished {
  const decoder = new FrameDecoder();
  const frames = [...decoder.push(body)];
  decoder.end();
  const output = (kind: Frame['kind']) =>
    Buffer.concat(frames.flatMap((frame) => ('data' in frame && frame.kind === kind ? [frame.data] : [])));
  const last = frames.at(-1);
  if (last?.kind !== 'finished' || 'data' in last) throw new Error(`the last frame is ${last?.kind}`);
  return { stdout: output('stdout'), stderr: output('stderr'), frames, outcome: last.json as CommandOutcome };
}
