import type { Buffer } from 'node:buffer';

/** What can start an isolated Linux machine here. One suite runs on every engine. */
export interface Engine {
  readonly name: 'namespaces' | 'docker';
  /** The networks it can give a machine. */
  readonly networks: readonly Network[];
  /** Whether this machine can isolate, and if not, why and what to do. Changes nothing. */
  probe(): Promise<EngineProbe>;
  /**
   * Makes what the first machine would have to wait for, which may take minutes the first time; `onProgress` hears of it
   * line by line. Rejects with what went wrong. An engine without it is always prepared.
   */
  prepare?(onProgress: (line: string) => void): Promise<void>;
  /** Resolves once the machine's command runs; rejects with an EngineError and nothing left behind. */
  start(spec: MachineSpec): Promise<Machine>;
  /** Removes what a killed run of the same data folder left: processes, mounts, cgroups, folders, containers, networks. */
  sweep(): Promise<void>;
}

export type EngineProbe =
  | { readonly ok: true; readonly notes: readonly string[] }
  | { readonly ok: false; readonly reason: string; readonly fix: string };

/**
 * What a machine reaches beside its link: nothing; what this host reaches by its network, but not the host itself, its
 * cloud's metadata or another machine; or all that the host reaches, its loopback included.
 */
export type Network = 'none' | 'internet' | 'host';

export interface MachineSpec {
  /** ECS task id: lower-case hex, unique. */
  readonly id: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** CPU units, 1024 a core. */
  readonly cpu: number;
  readonly memoryMb: number;
  readonly diskMb: number;
  /** The host's Unix socket that appears inside as `machinePaths.link`, for root alone. */
  readonly linkSocket: string;
  /** Files that root alone can read inside, and nobody can write: absolute path to content. */
  readonly files?: Readonly<Record<string, string>>;
  readonly network: Network;
  /** Gets the first process's standard output and error, as it comes. */
  readonly onLog: (chunk: Buffer) => void;
}

export interface Machine {
  readonly id: string;
  /** Settles once, after everything of the machine is gone: processes, mounts, cgroups, folders. */
  readonly exited: Promise<MachineExit>;
  /**
   * Runs a command inside as the container's root on a new terminal of 80 columns and 24 rows, as ECS Exec does, with
   * the machine's environment. Throws an EngineError when the machine has ended.
   */
  openTerminal(argv: readonly string[]): Terminal;
  /** A signal to the first process, which hands SIGTERM on to the command. An ended machine ignores it. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

export interface MachineExit {
  readonly exitCode: number;
  /** Whether the kernel killed a process of the machine for want of memory. */
  readonly outOfMemory: boolean;
}

/** A real terminal, bytes both ways. What nobody listens for yet is kept. */
export interface Terminal {
  onData(listener: (chunk: Buffer) => void): void;
  /** False when the terminal's input is full: wait for `drained`. An ended terminal swallows what it gets. */
  write(chunk: Buffer): boolean;
  drained(): Promise<void>;
  pause(): void;
  resume(): void;
  resize(columns: number, rows: number): void;
  /** Settles after the last byte has reached the listeners: a paused terminal holds it back. Signal 0 is none. */
  readonly exited: Promise<{ exitCode: number; signal: number }>;
  /** Ends every process of the terminal's session with SIGKILL. What a paused reader hasn't read is lost. */
  kill(): void;
}

/** Where the machine's parts lie, in every engine and in the image. */
export const machinePaths = {
  link: '/run/matrx/link.sock',
  agent: '/opt/matrx/agent.cjs',
  attach: '/opt/matrx/bin/attach',
  filesHelper: '/opt/matrx/files-helper.cjs',
  node: '/opt/matrx/bin/node',
  home: '/home/agent',
  /** Node, npm and npx for users whose /usr has none. */
  tools: '/opt/tools/bin',
} as const;
