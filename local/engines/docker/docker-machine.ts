import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkArgv } from '../check-spec.ts';
import type { Machine, MachineExit, MachineSpec, Terminal } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { DockerClient } from './api/docker-client.ts';
import { LogFrames } from './api/log-frames.ts';
import { ExecTerminal } from './exec-terminal.ts';
import { execSettings } from './lifecycle/container-settings.ts';
import { waitForExit } from './lifecycle/wait-for-exit.ts';

/** A machine's container, started and waiting for its first line of input. */
export interface StartedContainer {
  readonly client: DockerClient;
  readonly id: string;
  /** Its standard input one way, its output the other. */
  readonly wire: Duplex;
  /** What terminals get. */
  readonly environment: Readonly<Record<string, string>>;
}

// An engine looks for these in what a terminal gets, and can't be told not to: what nobody sends. It holds back what may be
// their beginning until it sees more, so the one byte they consist of is one that is hardly ever the last for long.
const detachKeys = Array.from({ length: 64 }, () => 'ctrl-_').join(',');

// The last of the output comes with the end, or never: this is how long it may take.
const graceMs = 1_000;

/** A running machine. */
export class DockerMachine implements Machine {
  readonly id: string;
  readonly exited: Promise<MachineExit>;
  readonly #container: StartedContainer;
  readonly #terminals = new Set<ExecTerminal>();
  readonly #ended = new AbortController();

  /** `remove` is called once, when every process of the machine has ended. */
  constructor(spec: Pick<MachineSpec, 'id' | 'onLog'>, container: StartedContainer, remove: () => Promise<void>) {
    this.id = spec.id;
    this.#container = container;
    const frames = new LogFrames();
    container.wire.on('data', (chunk: Buffer) => {
      for (const piece of frames.push(chunk)) spec.onLog(piece);
    });
    this.exited = this.#end(remove);
  }

  openTerminal(argv: readonly string[]): Terminal {
    checkArgv('argv', argv);
    if (this.#ended.signal.aborted) throw new EngineError('machine_ended', `the machine ${this.id} has ended`);
    const terminal = new ExecTerminal({
      client: this.#container.client,
      create: () => this.#createExec(argv),
      killSession: (session) => this.#killSession(session),
      ended: this.#ended.signal,
    });
    this.#terminals.add(terminal);
    void terminal.exited.then(() => this.#terminals.delete(terminal));
    return terminal;
  }

  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#ended.signal.aborted) return;
    const { client, id } = this.#container;
    // One that has just ended can't be signalled, and one whose engine is away ends with it.
    client.call('POST', `/containers/${id}/kill`, { query: { signal: name } }).catch(() => {});
  }

  async #createExec(argv: readonly string[]): Promise<string> {
    const { client, id, environment } = this.#container;
    const body = {
      ...execSettings({ ...environment, HOME: '/root', TERM: 'xterm-256color' }),
      Cmd: ['/bin/sh', '/opt/matrx/bin/open-terminal.sh', ...argv],
      Tty: true,
      DetachKeys: detachKeys,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    };
    return (await client.call<{ Id: string }>('POST', `/containers/${id}/exec`, { body })).Id;
  }

  async #killSession(session: string): Promise<void> {
    const { client, id } = this.#container;
    const body = { User: '0:0', Cmd: ['/bin/sh', '/opt/matrx/bin/kill-session.sh', session], AttachStdout: true };
    try {
      const { Id } = await client.call<{ Id: string }>('POST', `/containers/${id}/exec`, { body });
      const wire = await client.hijack(`/exec/${Id}/start`, { body: { Detach: false, Tty: false } });
      await once(wire.resume(), 'close');
    } catch {
      // A machine that has ended has no sessions.
    }
  }

  async #end(remove: () => Promise<void>): Promise<MachineExit> {
    const { client, id, wire } = this.#container;
    const exit = await waitForExit(client, id);
    this.#ended.abort();
    if (!wire.closed) await Promise.race([once(wire, 'close'), sleep(graceMs, undefined, { ref: false })]);
    wire.destroy();
    await this.#endTerminals();
    await remove();
    return exit;
  }

  async #endTerminals(): Promise<void> {
    const ended = Promise.all([...this.#terminals].map((terminal) => terminal.exited));
    await Promise.race([ended, sleep(graceMs, undefined, { ref: false })]);
    for (const terminal of this.#terminals) terminal.kill();
    await ended;
  }
}
