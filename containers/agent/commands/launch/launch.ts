import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { AgentError } from '../../../../contract/agent/errors.ts';
import { type Launch, launchArguments } from './launcher.ts';
import type { OutputPipes } from './output-pipes.ts';
import { openStandardInput } from './standard-input.ts';

/** How the first process of a command ended. */
export interface LeaderExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A command's first process; the readers belong to whoever launched it. */
export interface Leader {
  readonly stdout: Socket;
  readonly stderr: Socket;
  readonly exited: Promise<LeaderExit>;
}

export interface LaunchTools {
  readonly pipes: OutputPipes;
  /** A folder of root's, for input that has no name for long. */
  readonly folder: string;
}

/**
 * Starts a command in a session of its own. Rejects with `too_many_commands` when the machine has no room for a process
 * more, with `internal` for whatever else is missing.
 */
export async function launch(spec: Launch, stdin: Uint8Array | undefined, tools: LaunchTools): Promise<Leader> {
  using childEnds = new DisposableStack();
  using readers = new DisposableStack();
  try {
    const takePipe = async () => {
      const { reader, writer } = await tools.pipes.take();
      childEnds.defer(() => closeSync(writer));
      readers.defer(() => reader.destroy());
      return { reader, writer };
    };
    const [stdout, stderr] = [await takePipe(), await takePipe()];
    const input = openStandardInput(tools.folder, stdin);
    childEnds.defer(() => closeSync(input));
    const child = spawnDetached(spec, [input, stdout.writer, stderr.writer]);
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    const exited = new Promise<LeaderExit>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    readers.move();
    return { stdout: stdout.reader, stderr: stderr.reader, exited };
  } catch (cause) {
    throw launchError(cause);
  }
}

function spawnDetached(spec: Launch, stdio: [number, number, number]): ChildProcess {
  const [file, args] = launchArguments(spec);
  return spawn(file, args, { cwd: '/', env: {}, detached: true, stdio });
}

const exhausted = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']);

function launchError(cause: unknown): AgentError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (typeof code === 'string' && exhausted.has(code)) {
    return new AgentError('too_many_commands', 'the machine has no room for a process more', { cause });
  }
  const reason = code === 'ENOSPC' ? "the machine's disk is full" : 'the command could not be launched';
  return new AgentError('internal', reason, { cause });
}
