import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { functionBundle } from '../../../lambdas/bundle.ts';
import { killProcess } from '../../../local/engines/process-table.ts';
import { builtOnce } from '../build-dir.ts';
import { helpersOf } from './file-calls.ts';
import type { HomeAgentOrder } from './home-agent.ts';
import type { HomeRig, HomeSandbox } from './home-rig.ts';

const phases = ['restoring', 'saving'] as const;
type Phase = (typeof phases)[number];

/** The program of such an agent: a process of sources takes most of its time to begin. */
export const buildHomeAgent = (): Promise<string> =>
  builtOnce('home-agent.mjs', { options: functionBundle('test/support/agent/home-agent.ts') });

/** Agents of one user that restore, let the user work, and save, each in a process that can be killed. */
export class HomeAgents implements AsyncDisposable {
  readonly #rig: HomeRig;
  readonly #user: string;
  readonly #program: string;
  readonly #folder: string;
  readonly #usual = new Map<Phase, number>();

  private constructor(rig: HomeRig, user: string, program: string, folder: string) {
    this.#rig = rig;
    this.#user = user;
    this.#program = program;
    this.#folder = folder;
  }

  static async start(rig: HomeRig, user: string, program: string): Promise<HomeAgents> {
    const folder = await mkdtemp(join(tmpdir(), 'matrx-home-agents-'));
    const agents = new HomeAgents(rig, user, program, folder);
    await agents.renewCredentials();
    return agents;
  }

  /** Those that ask from now on get new ones. */
  renewCredentials(): Promise<void> {
    return writeFile(this.#credentials, JSON.stringify(this.#rig.credentialsFor(this.#user)));
  }

  /** How long something takes, as it was in the last agent that came through it. */
  usualMs(phase: Phase): number {
    return this.#usual.get(phase) ?? 300;
  }

  /** Starts one in a sandbox; in a machine of its own it dies with all that it has started. */
  run(sandbox: HomeSandbox, script: string, { ownMachine }: { readonly ownMachine: boolean }): AgentRun {
    const order: HomeAgentOrder = {
      folder: sandbox.folder,
      program: sandbox.helperProgram,
      linkSocket: this.#rig.linkSocket,
      userId: this.#user,
      sandboxId: sandbox.id,
      credentials: this.#credentials,
      script,
    };
    const machine = ownMachine ? ['unshare', '--pid', '--mount-proc', '--fork', '--kill-child=SIGKILL'] : [];
    const [file = '', ...args] = [...machine, process.execPath, this.#program, JSON.stringify(order)];
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    return new AgentRun(child, sandbox, (phase, ms) => this.#usual.set(phase, ms));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  get #credentials(): string {
    return join(this.#folder, 'credentials.json');
  }
}

/** One agent, from its start to its end. */
export class AgentRun {
  /** Fulfils when it has ended and nothing of it is left; `saved` when it had told so. */
  readonly ended: Promise<{ readonly saved: boolean }>;
  readonly #child: ChildProcess;
  readonly #sandbox: HomeSandbox;
  readonly #reached = new Map(phases.map((phase) => [phase, Promise.withResolvers<boolean>()]));

  constructor(child: ChildProcess, sandbox: HomeSandbox, onTook: (phase: Phase, ms: number) => void) {
    this.#child = child;
    this.#sandbox = sandbox;
    this.ended = this.#follow(onTook);
  }

  /** Fulfils when it is at something; false when it ends before. */
  reached(phase: Phase): Promise<boolean> {
    return this.#reached.get(phase)?.promise ?? Promise.resolve(false);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  killHelpers(): void {
    for (const pid of helpersOf(dirname(this.#sandbox.helperProgram))) killProcess(pid);
  }

  async #follow(onTook: (phase: Phase, ms: number) => void): Promise<{ saved: boolean }> {
    const exited = once(this.#child, 'exit');
    let saved = false;
    let since = 0;
    for await (const line of createInterface({ input: this.#child.stdout ?? process.stdin })) {
      if (line === 'restored') onTook('restoring', performance.now() - since);
      if (line.startsWith('saved')) onTook('saving', performance.now() - since);
      since = performance.now();
      saved ||= line.startsWith('saved');
      for (const [phase, { resolve }] of this.#reached) if (line === phase) resolve(true);
    }
    await exited;
    for (const { resolve } of this.#reached.values()) resolve(false);
    this.killHelpers();
    return { saved };
  }
}
