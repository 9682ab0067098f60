import type { Assignment, Heartbeat, HeartbeatReply } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Grants } from '../access/grants.ts';
import type { Commands } from '../commands/commands.ts';
import type { MainFileDoor } from '../files/file-door.ts';
import type { Home } from '../home/home.ts';
import type { Log } from '../log.ts';
import type { ControlPlane } from '../reports/control-plane.ts';
import { Heartbeats } from '../reports/heartbeats.ts';
import type { MachineWatch } from '../reports/machine/machine-watch.ts';
import { RefusedError } from '../reports/refused-error.ts';
import { Deadline } from './deadline.ts';
import { type Ending, ordinary } from './ending.ts';
import { IdleWatch } from './idle-watch.ts';

interface Options {
  readonly assignment: Assignment;
  readonly controlPlane: Pick<ControlPlane, 'heartbeat'>;
  readonly commands: Commands;
  readonly files: Pick<MainFileDoor, 'running'>;
  readonly grants: Pick<Grants, 'revoke' | 'open' | 'onClosed'>;
  readonly machine: Pick<MachineWatch, 'read'>;
  /** Undefined where it is not kept. */
  readonly keptHome?: Pick<Home, 'report'> | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

// Nothing that must happen in time waits longer for an answer.
const askMs = 5_000;
// More than a sandbox has slots for.
const mostGrants = 64;

/** What a sandbox's state is, and everything that can end it: its deadline, idleness, wishes, signals. The first ending counts. */
export class SandboxLife implements AsyncDisposable {
  readonly heartbeats: Heartbeats;
  readonly #options: Options;
  readonly #deadline: Deadline;
  readonly #idle: IdleWatch;
  readonly #whileAlive = new DisposableStack();
  readonly #ended = Promise.withResolvers<Ending>();
  #state: 'starting' | 'ready' = 'starting';
  #ending: Ending | undefined;

  constructor(options: Options) {
    const { assignment, controlPlane, commands, files, clock, log } = options;
    this.#options = options;
    this.#deadline = new Deadline({
      clock,
      ask: () => this.#ask(),
      onExpired: () => this.end(ordinary('expired')),
    });
    this.#idle = new IdleWatch({
      clock,
      isBusy: () => commands.running > 0 || files.running > 0 || this.#state === 'starting',
      lastUsedMs: () => commands.lastUsedMs ?? clock.now(),
      onIdle: () => this.end(ordinary('idle')),
    });
    this.heartbeats = new Heartbeats({
      controlPlane,
      sandboxId: assignment.sandbox_id,
      intervalMs: assignment.heartbeat_seconds * 1000,
      clock,
      log,
      say: () => this.#report(),
      onReply: (reply) => this.#hear(reply),
      onRefused: (error) => this.#refused(error),
    });
  }

  get state(): Heartbeat['state'] {
    return this.#ending ? 'ending' : this.#state;
  }

  /** The deadline as it is known, in milliseconds since the epoch; infinite before `start`. */
  get expiresMs(): number {
    return this.#deadline.dueMs;
  }

  /** Fulfils once, when something has ended the sandbox. */
  get ended(): Promise<Ending> {
    return this.#ended.promise;
  }

  /** Lets time run: deadline, heartbeats. */
  start(): void {
    // A holder that went without a word leaves a slot that others wait for.
    this.#whileAlive.use(this.#options.grants.onClosed(() => this.heartbeats.nudge()));
    this.#deadline.set(Date.parse(this.#options.assignment.expires_at));
    this.#idle.set(this.#options.assignment.idle_timeout_seconds);
    this.heartbeats.start();
  }

  becomeReady(): void {
    this.#state = 'ready';
    this.heartbeats.nudge();
  }

  /** Ends the sandbox, unless something else already has. */
  end(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#options.log.info('sandbox.ending', { reason: ending.reason, pace: ending.pace });
    this.heartbeats.nudge();
    this.#ended.resolve(ending);
  }

  /** SIGTERM: the control plane says whether there is time; without an answer there is. */
  async endBySignal(): Promise<void> {
    const reply = await this.#ask();
    const reason = reply && reply.stop !== 'no' ? 'user_requested' : 'platform';
    this.end(ordinary(reason, reply?.stop === 'now' ? 'now' : 'graceful'));
  }

  /** Stops all timers and beats, and says one last time how things stand. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#whileAlive.dispose();
    this.#deadline[Symbol.dispose]();
    this.#idle[Symbol.dispose]();
    await this.heartbeats.stop();
    await this.#ask();
  }

  async #ask(): Promise<HeartbeatReply | undefined> {
    const limit = new AbortController();
    using _ = this.#options.clock.after(askMs, () => limit.abort());
    return await this.heartbeats.ask(limit.signal);
  }

  #report(): Heartbeat {
    const { running, lastUsedMs } = this.#options.commands;
    const machine = this.#options.machine.read();
    return {
      state: this.state,
      reason: this.#ending?.reason ?? null,
      detail: this.#ending?.detail ?? null,
      running_commands: running,
      last_active_at: lastUsedMs === undefined ? null : new Date(lastUsedMs).toISOString(),
      open_grants: this.#options.grants.open.slice(0, mostGrants),
      ...(machine === undefined ? {} : { machine }),
      ...(this.#options.keptHome && { home: this.#options.keptHome.report }),
    };
  }

  #hear(reply: HeartbeatReply): void {
    this.#options.grants.revoke(reply.revoked_grants);
    if (this.#ending) return;
    this.#deadline.set(Date.parse(reply.expires_at));
    this.#idle.set(reply.idle_timeout_seconds);
    if (reply.stop !== 'no') this.end(ordinary('user_requested', reply.stop));
  }

  // Any other refusal is no wish: the deadline that is known still rules.
  #refused(error: unknown): void {
    if (error instanceof RefusedError && error.code === 'sandbox_ended') this.end(ordinary('platform', 'now'));
  }
}
