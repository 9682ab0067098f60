import type * as z from 'zod';
import type { CommandList } from '../../../contract/agent/command-control.ts';
import type { StartCommand } from '../../../contract/agent/commands.ts';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { Assignment, CommandAudit } from '../../../contract/api/agent-reports.ts';
import type { ListCommands } from '../../../contract/api/commands/command-control.ts';
import { limits } from '../../../contract/api/limits.ts';
import { Command, type CommandTools } from './command.ts';
import type { EnvironmentSource } from './launch/environment.ts';
import type { Process } from './launch/processes.ts';
import { listCommands } from './list-commands.ts';
import { orderHash } from './order-hash.ts';
import { prepareCommand } from './prepare-command.ts';
import { Sessions } from './sessions/sessions.ts';
import { graceMs, terminate } from './terminate/terminate.ts';

interface Options {
  readonly home: string;
  /** Called once per command, with its outcome settled. */
  readonly onEnd: (command: Command) => void;
  /** Called once for a command that still runs after two seconds. */
  readonly onLasting?: (command: Command) => void;
  readonly maxRunning?: number;
  /** How many ended commands stay readable; the oldest is forgotten first. */
  readonly maxEnded?: number;
}

// Most commands are over by then, and their end is all there is to tell.
const lastingMs = 2_000;

/** What of the assignment rules commands. */
type Source = EnvironmentSource & Pick<Assignment, 'root_commands'>;

/** All commands of the sandbox, by id: those that run, and those whose output is still kept. */
export class Commands {
  readonly #tools: CommandTools;
  readonly #options: Required<Options>;
  readonly #byId = new Map<string, { readonly hash: string; readonly started: Promise<Command> }>();
  readonly #ended: Command[] = [];
  readonly #live = new Map<string, Command | undefined>();
  readonly #sessions = new Sessions();
  #state: 'unassigned' | 'closed' | Source = 'unassigned';
  #lastUsedMs: number | undefined;

  constructor(tools: CommandTools, options: Options) {
    this.#tools = tools;
    this.#options = { maxRunning: limits.runningCommands, maxEnded: 1_000, onLasting: () => {}, ...options };
  }

  /** Accepts commands from here on. */
  open(source: Source): void {
    this.#state = source;
    this.touch();
  }

  /** How many run, or are about to. */
  get running(): number {
    return this.#live.size;
  }

  /** When a command was last started, asked for or ended. */
  get lastUsedMs(): number | undefined {
    return this.#lastUsedMs;
  }

  /** Says that the sandbox is in use. */
  touch(): void {
    this.#lastUsedMs = this.#tools.clock.now();
  }

  /**
   * Starts a command, or joins the one with the same id and order. Rejects with `order_conflict`, `not_assigned`, `ending`, `too_many_commands`,
   * `root_refused`, `session_busy`, `disk_full`, `invalid_request` or `too_large`; the id of a command that did not start may be
   * used again. `audit` says who runs it where no function has seen that.
   */
  start(order: StartCommand, audit?: CommandAudit): Promise<Command> {
    this.touch();
    const id = order.command_id;
    const hash = orderHash(order);
    const known = this.#byId.get(id);
    if (known) return known.hash === hash ? known.started : Promise.reject(orderConflict(id));
    const started = this.#start(order, hash, audit);
    this.#byId.set(id, { hash, started });
    started.catch(() => this.#byId.delete(id));
    return started;
  }

  /** Whether there is a command with this id. */
  knows(id: string): boolean {
    return this.#byId.has(id);
  }

  /** A command by its id. Rejects with `command_not_found`, also when it has been forgotten. */
  async get(id: string): Promise<Command> {
    const known = this.#byId.get(id);
    if (!known) throw commandNotFound(id);
    this.touch();
    return known.started;
  }

  /** A page of those that run and those that are remembered, newest first. Throws `invalid_request` for a cursor that is none. */
  list(
    query: z.infer<typeof ListCommands>,
    isShown: (command: Command) => boolean = () => true,
  ): z.infer<typeof CommandList> {
    this.touch();
    const all = [...this.#live.values(), ...this.#ended].filter((command) => command !== undefined);
    return listCommands(all.filter(isShown), query);
  }

  /**
   * Refuses new commands, ends those that run as `killed` together with everything ended ones have left behind, and
   * fulfils when all have their outcome.
   */
  async close(grace = graceMs): Promise<void> {
    this.#state = 'closed';
    await Promise.allSettled([...this.#byId.values()].map(({ started }) => started));
    const { clock, marks } = this.#tools;
    const running = [...this.#live.values()].filter((command) => command !== undefined);
    const ours = (candidate: Process) =>
      candidate.groups.some((group) => marks.isGiven(group)) || running.some((command) => command.owns(candidate));
    const leaders = () => running.flatMap((command) => command.leaders);
    const termination = terminate(ours, clock, grace, { leaders });
    for (const command of running) command.endedBy(termination);
    await Promise.all([termination, ...running.map((command) => command.ended)]);
  }

  async #start(order: StartCommand, hash: string, audit: CommandAudit | undefined): Promise<Command> {
    if (this.#state === 'closed') throw new AgentError('ending', 'the sandbox is ending');
    if (this.#state === 'unassigned') throw new AgentError('not_assigned', 'the sandbox is not ready');
    if (this.#live.size >= this.#options.maxRunning) {
      throw new AgentError('too_many_commands', `${this.#live.size} commands run, at most ${this.#options.maxRunning}`);
    }
    const { user = 'agent' } = order;
    if (user === 'root' && this.#state.root_commands !== true) throw rootRefused();
    const session = order.session === undefined ? undefined : this.#sessions.take(order.session, user);
    this.#live.set(order.command_id, undefined);
    try {
      const spec = {
        ...prepareCommand(order, this.#options.home, this.#state, session),
        audit,
        orderHash: hash,
        keepsOutput: order.keep_output === true,
      };
      const command = await Command.start(spec, this.#tools);
      this.#live.set(order.command_id, command);
      const lasting = this.#tools.clock.after(lastingMs, () => this.#options.onLasting(command));
      void command.ended.then(() => {
        lasting[Symbol.dispose]();
        this.#settle(command);
      });
      return command;
    } catch (cause) {
      session?.end();
      this.#live.delete(order.command_id);
      throw cause;
    }
  }

  #settle(command: Command): void {
    this.#live.delete(command.id);
    this.#ended.push(command);
    this.touch();
    this.#options.onEnd(command);
    while (this.#ended.length > this.#options.maxEnded) this.#forget(this.#ended.shift());
  }

  #forget(command: Command | undefined): void {
    if (!command) return;
    this.#byId.delete(command.id);
    // Files that stay go with the machine.
    command[Symbol.asyncDispose]().catch(() => {});
  }
}

/** Commands run as root only where the deployment allows it, and never for whoever holds a channel of a caller's own. */
export const rootRefused = (): AgentError =>
  new AgentError('root_refused', 'commands may not run as root here', {
    details: { field: 'user', value: 'root', rule: 'expected agent; root is a choice of the deployment' },
  });

const orderConflict = (id: string): AgentError =>
  new AgentError('order_conflict', `${id} was started by another order`, {
    details: { field: 'command_id', value: id, rule: 'expected the order it was first given' },
  });

/** For an id that no command has, or none that whoever asks may see. */
export const commandNotFound = (id: string): AgentError =>
  new AgentError('command_not_found', 'no such command', { details: { command_id: id } });
