import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../contract/clock.ts';
import { AwsError } from '../../aws/aws-error.ts';
import type { Machine } from '../../engines/engine.ts';
import type { Pace } from '../data-channel/pace.ts';
import { frameFaults } from '../hazards/frame-faults.ts';
import type { SessionHazards } from '../hazards/session-hazards.ts';
import { ExecSession } from './exec-session.ts';
import { SessionSlots } from './session-slots.ts';

export interface ExecSessionsOptions {
  readonly clock: Clock;
  readonly pace: Pace;
  readonly hazards: Omit<SessionHazards, 'pace'>;
  /** Of the hazards' chances. */
  readonly seed: number;
  /** Where clients open sessions: `ws://127.0.0.1:<port>`. */
  readonly streamOrigin: () => string;
  /** Hears of a session that was refused, and of an exec agent that locked up. */
  readonly onRefused: (message: string) => void;
}

/** What a client needs to open a session, in ECS's own spelling. */
export interface SessionOffer {
  readonly sessionId: string;
  readonly streamUrl: string;
  readonly tokenValue: string;
}

const lockedUp =
  'a session found neither a slot nor a place in the queue for 4 s, so the exec agent has locked up: no session opens in this task any more.';

/** Every session of every machine, and for a while those that ended before their client had come. */
export class ExecSessions implements Disposable {
  readonly #options: ExecSessionsOptions;
  readonly #sessions = new Map<string, ExecSession>();
  readonly #slots = new Map<string, SessionSlots>();
  #opened = 0;

  constructor(options: ExecSessionsOptions) {
    this.#options = options;
  }

  /** Begins a session that runs `command`. Throws TargetNotConnectedException where sessions too many are refused. */
  open(machine: Machine, command: string): SessionOffer {
    this.#forgetOver();
    const { clock, pace, seed, hazards } = this.#options;
    const { frames, endOvertakesOutput } = hazards;
    const id = `ecs-execute-command-${randomBytes(9).toString('hex').slice(1)}`;
    const fault = frameFaults(frames, seed, ++this.#opened);
    const session = new ExecSession({ id, machine, command, clock, pace, fault, endOvertakesOutput });
    if (!this.#slotsOf(machine).admit(session)) {
      session.end();
      throw this.#refuse(machine);
    }
    this.#sessions.set(id, session);
    return this.#offer(session);
  }

  /** A session that isn't over. */
  find(id: string): ExecSession | undefined {
    const session = this.#sessions.get(id);
    return session?.isOver ? undefined : session;
  }

  /** A session with something to say to a client, be it only how it ended. */
  findForClient(id: string): ExecSession | undefined {
    this.#forgetOver();
    return this.#sessions.get(id);
  }

  /** A new token for a session that lost its client; undefined for one that is over. */
  resume(id: string): SessionOffer | undefined {
    const session = this.find(id);
    return session && this.#offer(session);
  }

  /** The slots a machine's sessions hold now. */
  takenBy(machineId: string): number {
    return this.#slots.get(machineId)?.taken ?? 0;
  }

  /** Ends every session of a machine, which is ending itself. */
  endMachine(machineId: string): void {
    for (const session of this.#sessions.values()) if (session.machine.id === machineId) session.end();
    this.#slots.get(machineId)?.[Symbol.dispose]();
    this.#slots.delete(machineId);
    this.#forgetOver();
  }

  [Symbol.dispose](): void {
    for (const session of this.#sessions.values()) session.end();
    for (const slots of this.#slots.values()) slots[Symbol.dispose]();
    this.#forgetOver();
  }

  #slotsOf({ id }: Machine): SessionSlots {
    const { clock, hazards, onRefused } = this.#options;
    const { limit, whenFull } = hazards;
    const onLockedUp = () => onRefused(`task ${id}: ${lockedUp}`);
    const slots = this.#slots.get(id) ?? new SessionSlots({ limit, whenFull, clock, onLockedUp });
    this.#slots.set(id, slots);
    return slots;
  }

  #offer({ id, tokens }: ExecSession): SessionOffer {
    const streamUrl = `${this.#options.streamOrigin()}/v1/data-channel/${id}?role=publish_subscribe`;
    return { sessionId: id, streamUrl, tokenValue: tokens.issue() };
  }

  #refuse({ id }: Machine): AwsError {
    const { hazards, onRefused } = this.#options;
    const message = `The execute command failed: all ${hazards.limit} sessions of the container are taken and one is queued.`;
    onRefused(`task ${id}: ${message} The real exec agent would hang here, for good.`);
    return new AwsError('TargetNotConnectedException', message);
  }

  #forgetOver(): void {
    for (const [id, session] of this.#sessions) if (session.isForgotten) this.#sessions.delete(id);
  }
}
