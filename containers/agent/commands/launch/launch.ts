import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { AgentError } from '../../../../contract/agent/errors.ts';
import { type Launch, launchArguments } from './launcher.ts';
import type { Pipe, Pipes } from './pipes.ts';
import { openStandardInput } from './standard-input.ts';

/** How the first process of a command ended. */
export interface LeaderExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A command's first process; the sockets belong to whoever launched it. */
export interface Leader {
  readonly pid: number;
  readonly stdout: Socket;
  /** Not with a terminal, which has one stream. */
  readonly stderr: Socket | undefined;
  /** What it is still to be written; only where its input is open. */
  readonly stdin: Socket | undefined;
  /** Takes the wishes that a terminal's program understands; only with a terminal. */
  readonly wishes: Socket | undefined;
  readonly exited: Promise<LeaderExit>;
}

export interface LaunchTools {
  readonly pipes: Pipes;
  /** A folder of root's, for input that has no name for long. */
  readonly folder: string;
}

export interface LaunchOrder extends Launch {
  /** All of its input at once, a pipe, or nothing. A terminal's input is a pipe. */
  readonly stdin: Uint8Array | 'pipe' | undefined;
  /** Descriptors that the command has after its first ones, closed here when it has started. */
  readonly descriptors: readonly number[];
}

/**
 * Starts a command in a session of its own. Rejects with `too_many_commands` when the machine has no room for a process
 * more, with `disk_full`, and with `internal` for whatever else is missing.
 */
export async function launch(order: LaunchOrder, tools: LaunchTools): Promise<Leader> {
  using theirs = new DisposableStack();
  using ours = new DisposableStack();
  for (const descriptor of order.descriptors) theirs.defer(() => closeSync(descriptor));
  const keep = (pipe: Pipe): Pipe => {
    theirs.defer(() => closeSync(pipe.theirs));
    ours.defer(() => pipe.ours.destroy());
    return pipe;
  };
  try {
    const { pipes } = tools;
    const stdout = keep(await pipes.takeOutput());
    const stderr = order.tty ? undefined : keep(await pipes.takeOutput());
    const stdin = order.tty || order.stdin === 'pipe' ? keep(await pipes.takeInput()) : undefined;
    const wishes = order.tty ? keep(await pipes.takeInput()) : undefined;
    const input = stdin?.theirs ?? openStandardInput(tools.folder, order.stdin === 'pipe' ? undefined : order.stdin);
    if (!stdin) theirs.defer(() => closeSync(input));
    const more = [...(wishes ? [wishes.theirs] : []), ...order.descriptors];
    const child = spawnDetached({ ...order, hasOpenInput: stdin !== undefined && !order.tty }, [
      input,
      stdout.theirs,
      (stderr ?? stdout).theirs,
      ...more,
    ]);
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    const exited = new Promise<LeaderExit>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    ours.move();
    return {
      pid: child.pid,
      stdout: stdout.ours,
      stderr: stderr?.ours,
      stdin: stdin?.ours,
      wishes: wishes?.ours,
      exited,
    };
  } catch (cause) {
    throw launchError(cause);
  }
}

function spawnDetached(launch: Launch, stdio: number[]): ChildProcess {
  const [file, args] = launchArguments(launch);
  return spawn(file, args, { cwd: '/', env: {}, detached: true, stdio });
}

const exhausted = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']);

/** Why something that a command needs could not be had, as its caller hears it. */
export function launchError(cause: unknown): AgentError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (typeof code === 'string' && exhausted.has(code)) {
    return new AgentError('too_many_commands', 'the machine has no room for a process more', { cause });
  }
  if (code === 'ENOSPC') return new AgentError('disk_full', "the machine's disk is full", { cause });
  return new AgentError('internal', 'the command could not be launched', { cause });
}
