import { once } from 'node:events';
import type { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ChannelError } from '../channel-error.ts';
import type { Clock } from '../clock.ts';
import { hello } from '../codec/hello.ts';
import { terminalDuplex } from '../codec/terminal-duplex.ts';

export interface AttachOptions {
  /** The terminal, already raw and without echo. */
  readonly input: Readable;
  readonly output: Writable;
  /** Opens the agent's channel socket. */
  readonly connect: () => Duplex | Promise<Duplex>;
  readonly clock: Clock;
  /** Without a byte from the near side for this long the channel is given up, so that its session slot becomes free. @default 60000 */
  readonly silenceMs?: number;
}

const defaultSilenceMs = 60_000;
// What the agent may still have to say after the near side has ended.
const drainMs = 2_000;

/**
 * Joins a terminal to the agent's socket until either side ends; both are closed then, on every path.
 * Rejects with `open_failed` when there is no socket, `silent`, `peer_quit`, or what else ended the stream before its end.
 */
export async function attach(options: AttachOptions): Promise<void> {
  const { input, output, clock, silenceMs = defaultSilenceMs } = options;
  // At once and before anything else: it is what the near side waits for.
  output.write(hello);
  const terminal = terminalDuplex({ input, output });
  const gone = once(terminal, 'close').then(
    () => undefined,
    () => undefined,
  );
  using _silence = onSilence(input, clock, silenceMs, () =>
    terminal.destroy(new ChannelError('silent', `nothing came from the near side for ${silenceMs} ms`)),
  );
  try {
    const opening = open(options);
    const socket = await Promise.race([opening, gone]);
    if (socket) await join(terminal, socket, clock);
    // The terminal went first: a socket that still comes has nobody to serve.
    else void opening.then((late) => late.destroy()).catch(() => {});
  } catch (error) {
    // What broke the terminal is behind whatever else failed then.
    if (!terminal.errored) throw error;
  } finally {
    terminal.destroy();
  }
  if (terminal.errored) throw terminal.errored;
}

async function open({ connect }: AttachOptions): Promise<Duplex> {
  try {
    return await connect();
  } catch (cause) {
    throw new ChannelError('open_failed', "the agent's channel socket can't be opened", { cause });
  }
}

async function join(terminal: Duplex, socket: Duplex, clock: Clock): Promise<void> {
  const over = new AbortController();
  socket.on('error', () => {});
  // Not a pipeline: a socket that closes when the agent has said its last must not take the rest of that with it.
  terminal.pipe(socket);
  const inward = once(terminal, 'end', { signal: over.signal }).then(() => clock.sleep(drainMs, over.signal));
  const outward = pipeline(socket, terminal);
  outward.catch(() => {});
  try {
    await Promise.race([outward, inward]);
  } finally {
    over.abort();
    socket.destroy();
  }
}

/** Calls `run` once, when no byte has been read from `input` for `ms`. */
function onSilence(input: Readable, clock: Clock, ms: number, run: () => void): Disposable {
  let heardAt = clock.now();
  let timer: Disposable;
  const heard = () => {
    heardAt = clock.now();
  };
  const check = () => {
    const left = heardAt + ms - clock.now();
    if (left <= 0) run();
    else timer = clock.after(left, check);
  };
  input.on('data', heard);
  timer = clock.after(ms, check);
  return {
    [Symbol.dispose]: () => {
      input.off('data', heard);
      timer[Symbol.dispose]();
    },
  };
}
