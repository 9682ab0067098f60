import type { Buffer } from 'node:buffer';

/** What can start an isolated Linux machine here. One suite runs on every engine. */
export interface Engine {
  readonly name: 'namespaces' | 'docker';
  /** Whether this machine can isolate, and if not, why and what to do. Changes nothing. */
  probe(): Promise<EngineProbe>;
  /** Resolves once the machine's first process runs; rejects with nothing left behind. */
  start(spec: MachineSpec): Promise<Machine>;
  /** Removes what a killed run of the same data folder left: processes, mounts, cgroups, folders. */
  sweep(): Promise<void>;
}

export type EngineProbe =
  | { readonly ok: true; readonly notes: readonly string[] }
  | { readonly ok: false; readonly reason: string; readonly fix: string };

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
  readonly network: 'none' | 'host';
  /** Gets the first process's standard output and error, as it comes. */
  readonly onLog: (chunk: Buffer) => void;
}

export interface Machine {
  readonly id: string;
  /** Settles once, after everything of the machine is gone: processes, mounts, cgroups, folders. */
  readonly exited: Promise<MachineExit>;
  /** Runs a command inside as the container's root on a new terminal, as ECS Exec does. */
  openTerminal(argv: readonly string[]): Terminal;
  /** A signal to the first process. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

export interface MachineExit {
  readonly exitCode: number;
  /** Whether the kernel killed a process of the machine for want of memory. */
  readonly outOfMemory: boolean;
}

/** A real terminal, bytes both ways. */
export interface Terminal {
  readonly pid: number;
  onData(listener: (chunk: Buffer) => void): void;
  /** False when the terminal's input is full: wait for `drained`. */
  write(chunk: Buffer): boolean;
  drained(): Promise<void>;
  pause(): void;
  resume(): void;
  resize(columns: number, rows: number): void;
  readonly exited: Promise<{ exitCode: number; signal: number }>;
  kill(): void;
}

/** Where the machine's parts lie, in every engine and in the image. */
export const machinePaths = {
  link: '/run/matrx/link.sock',
  agent: '/opt/matrx/agent.mjs',
  attach: '/opt/matrx/bin/attach',
  node: '/opt/matrx/bin/node',
  home: '/home/agent',
} as const;
