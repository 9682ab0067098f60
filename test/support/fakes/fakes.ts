// The domain's ports in memory, as honest as the adapters: the suites in test/suites run on both.
import { setImmediate } from 'node:timers/promises';
import type { CommandEvent } from '../../../contract/agent/command-frames.ts';
import type { Grant } from '../../../contract/agent/grant.ts';
import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import { newestFirst } from '../../../contract/api/commands/command-cursor.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type {
  AccessRecord,
  AccessRecords,
  ClientChannels,
  GrantKey,
  LentSlot,
  LentSlots,
  OpenedSession,
} from '../../../lambdas/core/access/ports.ts';
import type { AgentChannel, AgentQuestion, ChannelTarget } from '../../../lambdas/core/agent/channel-ports.ts';
import type { Claim } from '../../../lambdas/core/claim.ts';
import type { CommandRecords, KeptCommand } from '../../../lambdas/core/commands/ports.ts';
import type { Deployment } from '../../../lambdas/core/deployment.ts';
import type { BytesQuestion, EventsQuestion, FilesChannel } from '../../../lambdas/core/files/ports.ts';
import type { Log } from '../../../lambdas/core/log.ts';
import type { LogPiece, SandboxLogs } from '../../../lambdas/core/sandboxes/logs/ports.ts';
import type { Created, Creation, ListPage, ListQuery, SandboxRecords } from '../../../lambdas/core/sandboxes/ports.ts';
import { hasEnded, type SandboxRecord, taskOf } from '../../../lambdas/core/sandboxes/record.ts';
import type { Launch, Launched, Tasks } from '../../../lambdas/core/sandboxes/task-ports.ts';
import type { HealthRecords, PartState } from '../../../lambdas/core/service/ports.ts';

/** A clock on which every sleep is over at once, and has taken its time. */
export class JumpingClock implements Clock {
  #now: number;

  constructor(startMs = 1_800_000_000_000) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await setImmediate();
    if (signal?.aborted) throw signal.reason;
    this.#now += ms;
  }

  after(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }
}

const claimKey = ({ scope, key }: Pick<Claim, 'scope' | 'key'>): string => `${scope}#${key}`;

export class FakeRecords implements SandboxRecords {
  readonly byId = new Map<string, SandboxRecord>();
  readonly environments = new Map<string, Readonly<Record<string, string>>>();
  readonly claims = new Map<string, { id: string; hash: string; until: number }>();
  readonly tasks = new Map<string, string>();
  readonly live = new Map<string, Set<string>>();
  /** Runs before each write, so that a test can be faster than the writer, or let it die. */
  beforeReplace: (previous: SandboxRecord, next: SandboxRecord) => unknown = () => undefined;

  readonly #clock: Clock;
  readonly #creates = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async create({ record, env, claim, quota, rate }: Creation): Promise<Created> {
    const taken = claim && this.claims.get(claimKey(claim));
    if (taken && taken.until > this.#clock.now() / 1000) return { kind: 'claimed', id: taken.id, hash: taken.hash };
    const live = this.live.get(record.user_id) ?? new Set();
    if (live.size >= quota) return { kind: 'over_quota' };
    const minute = `${record.user_id} ${rate?.minuteMs}`;
    const created = this.#creates.get(minute) ?? 0;
    if (rate && created >= rate.limit) return { kind: 'over_rate' };
    this.#creates.set(minute, created + 1);
    this.byId.set(record.sandbox_id, record);
    this.live.set(record.user_id, live.add(record.sandbox_id));
    if (Object.keys(env).length > 0) this.environments.set(record.sandbox_id, env);
    if (claim) this.claims.set(claimKey(claim), { id: record.sandbox_id, hash: claim.hash, until: claim.until });
    return { kind: 'created' };
  }

  async get(sandboxId: string): Promise<SandboxRecord | undefined> {
    await setImmediate();
    return structuredClone(this.byId.get(sandboxId));
  }

  async replace(
    previous: SandboxRecord,
    next: SandboxRecord,
    release?: Pick<Claim, 'scope' | 'key'>,
  ): Promise<boolean> {
    await this.beforeReplace(previous, next);
    if (this.byId.get(next.sandbox_id)?.version !== previous.version) return false;
    this.byId.set(next.sandbox_id, structuredClone(next));
    const task = taskOf(next);
    if (task) this.tasks.set(task.id, next.sandbox_id);
    if (next.status === 'ready' || hasEnded(next)) this.environments.delete(next.sandbox_id);
    if (hasEnded(next)) this.live.get(next.user_id)?.delete(next.sandbox_id);
    if (hasEnded(next) && release) this.claims.delete(claimKey(release));
    return true;
  }

  async touch(record: SandboxRecord, at: string): Promise<void> {
    const kept = this.byId.get(record.sandbox_id);
    const last = record.last_active_at;
    if (!kept || (last !== null && Date.parse(at) - Date.parse(last) < 60_000)) return;
    if (kept.last_active_at === null || kept.last_active_at < at) kept.last_active_at = at;
  }

  async environmentOf(sandboxId: string): Promise<Readonly<Record<string, string>> | undefined> {
    return this.environments.get(sandboxId);
  }

  async sandboxOfTask(taskId: string): Promise<string | undefined> {
    return this.tasks.get(taskId);
  }

  async list({ of, status, labels, limit, after }: ListQuery): Promise<ListPage> {
    const isMeant = (record: SandboxRecord) =>
      ('userId' in of ? record.user_id === of.userId : record.status === of.status) &&
      (status === undefined || record.status === status) &&
      (after === undefined || record.sandbox_id < after) &&
      Object.entries(labels).every(([name, value]) => record.labels[name] === value);
    const found = [...this.byId.values()].filter(isMeant).sort((a, b) => (a.sandbox_id < b.sandbox_id ? 1 : -1));
    const records = found.slice(0, limit);
    return { records, next: found.length > limit ? records.at(-1)?.sandbox_id : undefined };
  }

  async countLive(userId: string): Promise<number> {
    return this.live.get(userId)?.size ?? 0;
  }
}

export class FakeCommands implements CommandRecords {
  readonly claims = new Map<string, { id: string; hash: string }>();
  readonly outcomes = new Map<string, OutcomeReport>();
  readonly started = new Map<string, KeptCommand>();

  async claim(claim: Claim, commandId: string): Promise<{ id: string; hash: string }> {
    const first = this.claims.get(claimKey(claim)) ?? { id: commandId, hash: claim.hash };
    this.claims.set(claimKey(claim), first);
    return first;
  }

  async addOutcome(sandboxId: string, report: OutcomeReport): Promise<void> {
    const key = `${sandboxId}/${report.command_id}`;
    if (!this.outcomes.has(key)) this.outcomes.set(key, report);
  }

  async outcomeOf(sandboxId: string, commandId: string): Promise<OutcomeReport | undefined> {
    return this.outcomes.get(`${sandboxId}/${commandId}`);
  }

  async addStarted(sandboxId: string, started: KeptCommand): Promise<void> {
    this.started.set(`${sandboxId}/${started.command_id}`, started);
  }

  async startedOf(sandboxId: string, commandId: string): Promise<KeptCommand | undefined> {
    return this.started.get(`${sandboxId}/${commandId}`);
  }

  async list(sandboxId: string, { limit, after }: Parameters<CommandRecords['list']>[1]) {
    const started = [...this.started].filter(([key]) => !this.outcomes.has(key));
    const commands = [...this.outcomes, ...started]
      .filter(([key, report]) => key.startsWith(sandboxId) && (after === undefined || newestFirst(after, report) < 0))
      .map(([, report]) => report)
      .sort(newestFirst);
    return { commands: commands.slice(0, limit), isLast: commands.length <= limit };
  }
}

export const unavailable = (): SandboxError => new SandboxError('unavailable', 'tasks: AWS does not answer');

/** ECS, as far as tokens go: the same one never launches twice. */
export class FakeTasks implements Tasks {
  readonly launched = new Map<string, Launch>();
  readonly stopped: string[] = [];
  /** What the next launches answer, in order; `lost` launches and then fails. */
  readonly script: (Launched | 'lost' | 'never')[] = [];
  beforeAnswer: () => unknown = () => undefined;
  isUp = true;

  async launch(launch: Launch): Promise<Launched> {
    const next = this.script.shift();
    if (next === 'never') throw unavailable();
    if (typeof next === 'object') return next;
    const task = taskFor(launch.token);
    this.launched.set(launch.token, launch);
    await this.beforeAnswer();
    if (next === 'lost') throw unavailable();
    return { kind: 'accepted', task };
  }

  async stop(arn: string): Promise<'stopping' | 'absent'> {
    this.stopped.push(arn);
    return [...this.launched.keys()].some((token) => taskFor(token).arn === arn) ? 'stopping' : 'absent';
  }

  async check(): Promise<void> {
    if (!this.isUp) throw unavailable();
  }
}

/** The task that a token launches. */
export function taskFor(token: string): { arn: string; id: string } {
  const id = Buffer.from(token).toString('hex').slice(-32);
  return { arn: `arn:aws:ecs:us-east-1:000000000000:task/matrx/${id}`, id };
}

export class FakeHealth implements HealthRecords {
  readonly #parts = new Map<string, PartState>();

  async check(): Promise<void> {}

  async observe(part: string, state: 'ok' | 'down', at: string): Promise<PartState> {
    const known = this.#parts.get(part);
    const now = known?.state === state ? known : { state, since: at };
    this.#parts.set(part, now);
    return now;
  }
}

/** An agent whose commands are scripted. */
export class FakeChannel implements AgentChannel, FilesChannel {
  readonly orders: Parameters<AgentChannel['run']>[] = [];
  script: (order: Parameters<AgentChannel['run']>[1], signal: AbortSignal) => AsyncIterable<CommandEvent> = () =>
    events([]);
  readonly follows: [string, Parameters<AgentChannel['follow']>[2]][] = [];
  followed: (commandId: string, options: Parameters<AgentChannel['follow']>[2]) => AsyncIterable<CommandEvent> = () =>
    events([]);
  readonly questions: AgentQuestion<unknown>[] = [];
  /** What the agent says to a question. */
  answer: (question: AgentQuestion<unknown>) => unknown = () => {
    throw new SandboxError('not_found', 'no such command');
  };
  refuse: unknown;

  async run(
    target: ChannelTarget,
    order: Parameters<AgentChannel['run']>[1],
    options: Parameters<AgentChannel['run']>[2],
  ): Promise<AsyncIterable<CommandEvent>> {
    this.orders.push([target, order, options]);
    if (this.refuse !== undefined) throw this.refuse;
    return this.script(order, options.signal);
  }

  async follow(
    _: ChannelTarget,
    commandId: string,
    options: Parameters<AgentChannel['follow']>[2],
  ): Promise<AsyncIterable<CommandEvent>> {
    this.follows.push([commandId, options]);
    if (this.refuse !== undefined) throw this.refuse;
    return this.followed(commandId, options);
  }

  async ask<A>(_: ChannelTarget, question: AgentQuestion<A>): Promise<A> {
    this.questions.push(question);
    if (this.refuse !== undefined) throw this.refuse;
    return question.answer.parse(await this.answer(question));
  }

  readonly reads: BytesQuestion[] = [];
  /** What the agent reads. */
  file: Awaited<ReturnType<FilesChannel['read']>> = { headers: {}, bytes: new Uint8Array() };
  readonly streams: EventsQuestion<unknown>[] = [];
  /** What the agent tells, event by event. */
  told: (question: EventsQuestion<unknown>, signal: AbortSignal) => AsyncIterable<unknown> = () => events([]);

  async read(_: ChannelTarget, question: BytesQuestion): ReturnType<FilesChannel['read']> {
    this.reads.push(question);
    if (this.refuse !== undefined) throw this.refuse;
    return this.file;
  }

  async events<E>(_: ChannelTarget, question: EventsQuestion<E>, signal: AbortSignal): Promise<AsyncIterable<E>> {
    this.streams.push(question);
    if (this.refuse !== undefined) throw this.refuse;
    return parsed(this.told(question, signal), question);
  }
}

async function* parsed<E>(told: AsyncIterable<unknown>, { event }: EventsQuestion<E>): AsyncGenerator<E> {
  for await (const each of told) yield event.parse(each);
}

export class FakeAccess implements AccessRecords {
  readonly byId = new Map<string, AccessRecord>();

  async save(record: AccessRecord): Promise<boolean> {
    const { grant_id } = record.grant;
    if ((this.byId.get(grant_id)?.ended_at ?? null) !== null) return false;
    this.byId.set(grant_id, structuredClone(record));
    return true;
  }

  async get(sandboxId: string, grantId: string): Promise<AccessRecord | undefined> {
    const found = this.byId.get(grantId);
    return found?.grant.sandbox_id === sandboxId ? found : undefined;
  }
}

/** Slots that were lent, with the time from which each given back is free. */
export class FakeLentSlots implements LentSlots {
  readonly lent: LentSlot[] = [];
  readonly givenBack: { grantId: string; atMs: number }[] = [];

  async of(): Promise<readonly LentSlot[]> {
    return [...this.lent];
  }

  async giveBack(_: string, slot: LentSlot, atMs: number): Promise<void> {
    this.lent.splice(this.lent.indexOf(slot), 1);
    this.givenBack.push({ grantId: slot.grantId, atMs });
  }
}

/** Sessions that only have names. */
export class FakeClientChannels implements ClientChannels {
  readonly opened: { target: ChannelTarget; expiresAtMs: number }[] = [];
  readonly ended: string[] = [];
  isKept = true;
  isOver = false;

  async open(target: ChannelTarget, grant: Grant): Promise<OpenedSession> {
    const count = this.opened.push({ target, expiresAtMs: Date.parse(grant.expires_at) });
    return {
      session: { id: `session-${count}`, streamUrl: 'wss://stream' },
      lease: { slot: 1, fence: count },
      token: 'first',
    };
  }

  async keep(): Promise<boolean> {
    return this.isKept;
  }

  async resume(): Promise<string | undefined> {
    return this.isOver ? undefined : 'another';
  }

  async end({ session }: AccessRecord): Promise<void> {
    this.ended.push(session.id);
  }

  keyFor(_: unknown, grantText: string): GrantKey {
    return { context: 'context', channel_key: Buffer.from(grantText).toString('base64') };
  }
}

/** Logs by task, whose tokens are counts of lines. */
export class FakeLogs implements SandboxLogs {
  readonly byTask = new Map<string, LogPiece['lines'][number][]>();
  /** Thrown by the next reads, in order. */
  readonly failures: unknown[] = [];

  async read(taskId: string, token: string | undefined, limit: number): Promise<LogPiece> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    const lines = this.byTask.get(taskId);
    if (lines === undefined) return { lines: [], token };
    const start = Number(token ?? 0);
    const piece = lines.slice(start, start + limit);
    return { lines: piece, token: String(start + piece.length) };
  }
}

/** Events that are there already; what is thrown at the end, if anything. */
export async function* events(list: readonly CommandEvent[], error?: unknown): AsyncGenerator<CommandEvent> {
  yield* list;
  if (error !== undefined) throw error;
}

export const deployment: Deployment = {
  version: '0.0.0',
  templates: new Map([['base', { description: 'plain', image_digest: null }]]),
  quotas: {
    live_sandboxes_per_user: 3,
    creates_per_user_per_minute: 1_000,
    commands_per_user_per_minute: 1_000,
    max_ttl_seconds: 86_400,
  },
};

/** A log that is kept. */
export function keptLog(): Log & { readonly lines: { level: string; fields: Readonly<Record<string, unknown>> }[] } {
  const lines: { level: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const keep = (level: string) => (_: string, fields: Readonly<Record<string, unknown>>) => {
    lines.push({ level, fields });
  };
  return { lines, info: keep('info'), error: keep('error') };
}
