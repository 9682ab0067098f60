import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkArgv } from '../check-spec.ts';
import type { Machine, MachineExit, MachineSpec, Terminal } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { environmentEntries } from '../environment-entries.ts';
import { readProcess } from '../process-table.ts';
import { HostTerminal } from '../terminal/host-terminal.ts';
import { sawOutOfMemory } from './control-groups.ts';
import { boundingSet, type Isolation, systemPath } from './isolation.ts';
import { defaultEnvironment, enterGroups, type LaunchedMachine } from './launch-machine.ts';

// Terminals hang up when their machine ends. This is how long one that still has output to hand on may take.
const terminalGraceMs = 1_000;

/** A running machine. */
export class NamespacesMachine implements Machine {
  readonly id: string;
  readonly exited: Promise<MachineExit>;
  readonly #spec: MachineSpec;
  readonly #launched: LaunchedMachine;
  readonly #groups: readonly string[];
  readonly #isolation: Isolation;
  readonly #terminals = new Set<HostTerminal>();
  #running = true;
  #killed = false;

  /** `remove` is called once, when every process of the machine has ended. */
  constructor(
    spec: MachineSpec,
    launched: LaunchedMachine,
    { groups, isolation, remove }: { groups: readonly string[]; isolation: Isolation; remove: () => Promise<void> },
  ) {
    this.id = spec.id;
    this.#spec = spec;
    this.#launched = launched;
    this.#groups = groups;
    this.#isolation = isolation;
    launched.log.on('data', spec.onLog);
    this.exited = this.#end(remove);
  }

  openTerminal(argv: readonly string[]): Terminal {
    checkArgv('argv', argv);
    if (!this.#isRunning()) throw new EngineError('machine_ended', `the machine ${this.id} has ended`);
    const environment = { ...defaultEnvironment, ...this.#spec.environment, HOME: '/root', TERM: 'xterm-256color' };
    const terminal = new HostTerminal(
      [
        ...enterGroups(this.#groups),
        ...this.#isolation.nsenter(this.#launched.firstPid, this.#spec.network),
        'setpriv',
        `--bounding-set=${boundingSet}`,
        '--inh-caps=-all',
        '--',
        '/bin/sh',
        '/opt/matrx/bin/run-command.sh',
        ...argv,
      ],
      { PATH: systemPath, ...environmentEntries(environment) },
    );
    this.#terminals.add(terminal);
    void terminal.exited.then(() => this.#terminals.delete(terminal));
    return terminal;
  }

  signal(name: 'SIGTERM' | 'SIGKILL'): void {
    if (!this.#isRunning()) return;
    this.#killed ||= name === 'SIGKILL';
    process.kill(this.#launched.firstPid, name);
  }

  /** Process ids are used again: the first process is ours for as long as its parent is. */
  #isRunning(): boolean {
    return this.#running && readProcess(this.#launched.firstPid)?.parent === this.#launched.process.pid;
  }

  async #end(remove: () => Promise<void>): Promise<MachineExit> {
    const exitCode = await new Promise<number>((resolve) => {
      this.#launched.process.once('close', (code, signal) => {
        // unshare passes on every end of the first process but this one: it can't kill itself as it tries to.
        if (this.#killed) resolve(128 + constants.signals.SIGKILL);
        else resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
      });
    });
    this.#running = false;
    await this.#endTerminals();
    const outOfMemory = sawOutOfMemory(this.#groups);
    await remove();
    return { exitCode, outOfMemory };
  }

  async #endTerminals(): Promise<void> {
    const ended = Promise.all([...this.#terminals].map((terminal) => terminal.exited));
    await Promise.race([ended, sleep(terminalGraceMs, undefined, { ref: false })]);
    for (const terminal of this.#terminals) terminal.kill();
    await ended;
  }
}
