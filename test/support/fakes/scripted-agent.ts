import { createHash } from 'node:crypto';
import { type Duplex, duplexPair } from 'node:stream';
import { proveFar } from '../../../channel/far/prove.ts';
import { createAgentServer } from '../../../containers/agent/api/create-agent-server.ts';
import type { Commands } from '../../../containers/agent/commands/commands.ts';
import { Listeners } from '../../../containers/agent/commands/listeners.ts';
import type { FileDoor } from '../../../containers/agent/files/file-door.ts';
import type { StartCommand } from '../../../contract/agent/commands.ts';
import { AgentError } from '../../../contract/agent/errors.ts';
import type { OutcomeReport } from '../../../contract/api/agent-reports.ts';
import type { Clock } from '../../../contract/clock.ts';

/** What a scripted command prints, to both of its streams, in so many pieces, a moment apart; then it exits. */
export interface Script {
  readonly seed: number;
  readonly bytes: number;
  readonly pieces: number;
  readonly pauseMs: number;
  readonly exitCode: number;
}

export const scriptOrder = (script: Script): readonly string[] => ['script', JSON.stringify(script)];

/** What nobody can compress, the same for the same seed. */
export function scriptedBytes(seed: number, stream: 'stdout' | 'stderr', bytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 32 < bytes; block++)
    blocks.push(createHash('sha256').update(`${seed} ${stream} ${block}`).digest());
  return Buffer.concat(blocks).subarray(0, bytes);
}

const noFiles: FileDoor = {
  get files(): never {
    throw new Error('nobody asks for files');
  },
  get storage(): never {
    throw new Error('nobody asks for storage');
  },
  enter: () => {
    throw new Error('nobody asks for files');
  },
};

/** The agent's own API, behind the proof, over commands that are no processes. */
export class ScriptedAgent {
  readonly #commands = new Map<string, ScriptedCommand>();
  readonly #server: ReturnType<typeof createAgentServer>;
  readonly #identity: { readonly key: Uint8Array; readonly context: string };
  readonly #clock: Clock;
  /** Ends of commands, as the control plane would have them. */
  readonly reports = new Map<string, OutcomeReport>();

  constructor(identity: { readonly key: Uint8Array; readonly context: string }, clock: Clock) {
    this.#identity = identity;
    this.#clock = clock;
    const commands = {
      start: async (order: StartCommand) => this.#start(order),
      get: async (id: string) => this.#get(id),
    };
    this.#server = createAgentServer({
      commands: commands as unknown as Commands,
      files: noFiles,
      clock,
      log: { info: () => undefined, error: () => undefined },
      health: () => {
        throw new Error('nobody asks');
      },
    });
  }

  /** How many commands have been started. */
  get started(): number {
    return this.#commands.size;
  }

  /** Everything a command has printed. */
  outputOf(id: string, stream: 'stdout' | 'stderr'): Buffer {
    return this.#get(id).output[stream].all;
  }

  readonly connect = (): Duplex => {
    const [theirs, ours] = duplexPair();
    ours.on('error', () => undefined);
    proveFar(ours, this.#identity, this.#clock, 10_000).then(
      () => this.#server.emit('connection', ours),
      () => undefined,
    );
    return theirs;
  };

  #start(order: StartCommand): ScriptedCommand {
    const known = this.#commands.get(order.command_id);
    if (known) return known;
    const script: Script = JSON.parse(String(order.argv?.[1]));
    const command = new ScriptedCommand(order.command_id, script, this.#clock, () =>
      this.reports.set(command.id, command.report),
    );
    this.#commands.set(order.command_id, command);
    return command;
  }

  #get(id: string): ScriptedCommand {
    const command = this.#commands.get(id);
    if (!command) throw new AgentError('command_not_found', 'no such command', { details: { command_id: id } });
    return command;
  }
}

class ScriptedStream {
  readonly all: Buffer;
  readonly #changed: () => void;
  produced = 0;

  constructor(all: Buffer, changed: () => void) {
    this.all = all;
    this.#changed = changed;
  }

  async read(offset: number, maxBytes: number): Promise<{ offset: number; data: Buffer } | undefined> {
    const data = this.all.subarray(offset, Math.min(this.produced, offset + maxBytes));
    return data.length > 0 ? { offset, data } : undefined;
  }

  print(until: number): void {
    this.produced = until;
    this.#changed();
  }
}

class ScriptedCommand {
  readonly id: string;
  readonly changes = new Listeners();
  readonly output: Readonly<Record<'stdout' | 'stderr', ScriptedStream>>;
  readonly #startedMs: number;
  readonly #script: Script;
  hasEnded = false;

  constructor(id: string, script: Script, clock: Clock, onEnd: () => void) {
    const stream = (name: 'stdout' | 'stderr', bytes: number) =>
      new ScriptedStream(scriptedBytes(script.seed, name, bytes), () => this.changes.tell());
    this.id = id;
    this.#script = script;
    this.#startedMs = clock.now();
    this.output = { stdout: stream('stdout', script.bytes), stderr: stream('stderr', Math.floor(script.bytes / 3)) };
    this.#print(1, clock, onEnd);
  }

  get outcome() {
    return {
      command_id: this.id,
      outcome: this.hasEnded ? ('exited' as const) : ('running' as const),
      exit_code: this.hasEnded ? this.#script.exitCode : null,
      signal: null,
      stdout_bytes: this.output.stdout.produced,
      stderr_bytes: this.output.stderr.produced,
      cwd: '/home/agent',
      started_at: new Date(this.#startedMs).toISOString(),
      duration_ms: 1,
    };
  }

  get report(): OutcomeReport {
    const excerpt = ({ all }: ScriptedStream) => ({
      head: all.subarray(0, 4_096).toString('base64'),
      tail: all.length > 4_096 ? all.subarray(-Math.min(4_096, all.length - 4_096)).toString('base64') : '',
    });
    return { ...this.outcome, stdout: excerpt(this.output.stdout), stderr: excerpt(this.output.stderr) };
  }

  #print(piece: number, clock: Clock, onEnd: () => void): void {
    const { pieces, pauseMs } = this.#script;
    clock.after(pauseMs, () => {
      for (const stream of Object.values(this.output)) stream.print(Math.floor((stream.all.length * piece) / pieces));
      if (piece < pieces) return this.#print(piece + 1, clock, onEnd);
      this.hasEnded = true;
      onEnd();
      this.changes.tell();
    });
  }
}
