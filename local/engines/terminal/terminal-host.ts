// A process of its own for each terminal. A terminal's descriptor is inherited by whatever its process starts next, so
// the service, which starts machines, must never hold one. Descriptor 3 carries the terminal's bytes both ways, the IPC
// channel carries a TerminalStart, then TerminalWishes, and back a TerminalEnd.

import { write as writeCallback } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { killProcess, listProcesses } from '../process-table.ts';
import { forkTerminal, resizeTerminal } from './native-terminal.ts';

/** What to run, with exactly this environment. The first message, and sent once. */
export interface TerminalStart {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What the service asks of a terminal that has started. */
export type TerminalWish =
  | { readonly do: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly do: 'kill' };

/** The program's end. Every byte it printed is on its way before this. */
export interface TerminalEnd {
  readonly exitCode: number;
  readonly signal: number;
}

const write = promisify(writeCallback);
const fullPauseMs = { first: 1, longest: 16 };
// How long a leader may take to see that what it started has been killed.
const leaderGraceMs = 50;

/** Writes all of it, however slowly the other side reads. */
async function writeAll(fd: number, chunk: Buffer, over: () => boolean): Promise<void> {
  let pauseMs = fullPauseMs.first;
  for (let rest = chunk; rest.length > 0 && !over(); ) {
    try {
      rest = rest.subarray((await write(fd, rest)).bytesWritten);
      pauseMs = fullPauseMs.first;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      // The terminal is full, and nothing tells when it no longer is.
      await sleep(pauseMs);
      pauseMs = Math.min(pauseMs * 2, fullPauseMs.longest);
    }
  }
}

const membersOf = (leader: number) => listProcesses().filter(({ session }) => session === leader);

/**
 * Ends every process of the terminal's session, also those that ignore its hang-up. The leader goes last: a machine's
 * terminal is led by a process outside the machine, whose child is inside. Without its parent that child would be the
 * host's first process's to bury, and until it is buried the machine can't end; some hosts' first process takes a
 * second for that, or never does it.
 */
async function killSession(leader: number): Promise<void> {
  const others = membersOf(leader).filter(({ pid }) => pid !== leader);
  for (const { pid } of others) killProcess(pid);
  if (others.length > 0) await sleep(leaderGraceMs);
  for (const { pid } of membersOf(leader)) killProcess(pid);
}

/** Hands on what the program prints, at the service's pace, until the terminal has hung up. */
function readAll(fd: number, wire: Socket): Promise<void> {
  const output = new ReadStream(fd);
  output.on('data', (chunk) => {
    if (!wire.write(chunk)) output.pause();
  });
  wire.on('drain', () => output.resume());
  // The kernel reports a terminal whose program has gone as an input error, after the last byte.
  output.on('error', () => output.destroy());
  return new Promise((resolve) => output.once('close', () => resolve()));
}

function hostTerminal({ argv, environment }: TerminalStart): void {
  const wire = new Socket({ fd: 3, readable: true, writable: true });
  const ended = Promise.withResolvers<TerminalEnd>();
  let running = true;
  const terminal = forkTerminal(argv, environment, (exitCode, signal) => {
    running = false;
    ended.resolve({ exitCode, signal });
  });
  const kill = async () => {
    await killSession(terminal.pid);
    // For a moment after its start the program has no session of its own yet.
    if (running) killProcess(terminal.pid);
  };
  // Without the service there is nobody to read for, and no way to hear of it twice.
  const abandon = () => void kill().finally(() => process.exit());
  process.once('disconnect', abandon);
  wire.once('error', abandon).once('close', abandon);

  let open = true;
  process.on('message', (wish: TerminalWish) => {
    if (wish.do === 'kill') void kill();
    else if (open) resizeTerminal(terminal, wish.columns, wish.rows);
  });
  const writeInput = async () => {
    for await (const chunk of wire) await writeAll(terminal.fd, chunk, () => !open);
  };
  const report = async () => {
    await readAll(terminal.fd, wire);
    open = false;
    const end = await ended.promise;
    // The service hangs up once it has read everything. Had this process ended by itself, Node would read on for a
    // reader that has paused.
    wire.off('close', abandon).end();
    process.send?.(end, (failed: Error | null) => {
      if (failed) process.exit();
    });
  };
  writeInput().catch(abandon);
  report().catch(abandon);
}

process.once('message', (start: TerminalStart) => hostTerminal(start));
