import { SandboxError } from '../../../contract/api/errors.ts';
import type { CommandHandle } from '../../commands/command-handle.ts';
import type { CommandResult } from '../../commands/command-result.ts';
import type { ReadUpTo } from '../../commands/transport/command-transport.ts';
import { forwardInput } from './forward-input.ts';
import type { Terminal } from './terminal.ts';

interface InteractOptions {
  /** From which byte of its output on. */
  readonly from: ReadUpTo;
  /** Whether the command has a terminal, which this one then becomes. */
  readonly tty: boolean;
}

// What a program in full screen has switched on, and can't switch off once nobody listens: another screen, mouse, pasting, a hidden cursor.
const resetModes = '\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?25h\x1b[0m\r\n';

class Detached extends Error {}

/**
 * Joins this process's terminal to a command until it ends, and resolves with how; undefined when the person left and it goes on.
 * However that ends, the terminal is as it was before. Throws SandboxError, or the Interruption of the terminal.
 */
export async function interact(
  handle: CommandHandle,
  terminal: Terminal,
  { from, tty }: InteractOptions,
): Promise<CommandResult<unknown> | undefined> {
  const leaving = new AbortController();
  const signal = AbortSignal.any([terminal.ending, leaving.signal]);
  using _raw = tty ? terminal.raw() : undefined;
  using _size = tty
    ? terminal.onResize((size) => void handle.resize(size, { signal }).catch(() => undefined))
    : undefined;
  void forwardInput(terminal.stdin, handle.stdin, { raw: tty && terminal.isRaw, signal }).then(
    (end) => end === 'detached' && leaving.abort(new Detached()),
    (error) => failed(error, handle, leaving),
  );
  try {
    return await handle.wait({
      encoding: 'bytes',
      signal,
      offset: from.stdout,
      stderrOffset: from.stderr,
      maxOutputBytes: 0,
      onStdout: (bytes) => terminal.write('stdout', bytes),
      onStderr: (bytes) => terminal.write('stderr', bytes),
    });
  } catch (error) {
    if (tty) await terminal.write('stdout', resetModes);
    if (error instanceof Detached) return undefined;
    throw error;
  } finally {
    leaving.abort();
    terminal.releaseInput();
  }
}

/** Input that can't be delivered ends the joining, unless the command has just ended or never took any. */
async function failed(error: unknown, handle: CommandHandle, leaving: AbortController): Promise<void> {
  if (leaving.signal.aborted) return;
  if (error instanceof SandboxError && error.code === 'conflict') return;
  const info = await handle.refresh({ signal: leaving.signal }).catch(() => undefined);
  if (!info || info.outcome === 'running') leaving.abort(error);
}
