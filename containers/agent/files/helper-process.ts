import { Buffer } from 'node:buffer';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../../contract/clock.ts';
import { launchArguments } from '../commands/launch/launcher.ts';
import type { Marks } from '../commands/launch/marks.ts';
import { graceMs, terminate } from '../commands/terminate/terminate.ts';
import { helperLost } from './file-error.ts';
import { HelperCall } from './helper-call.ts';
import { type FrameKind, FrameReader, frameHead, windowBytes } from './wire/frames.ts';
import { letGo } from './wire/let-go.ts';
import { type HelperInputs, type HelperOperation, type OpenCall, takesBytes } from './wire/operations.ts';

export interface HelperTools {
  readonly clock: Clock;
  readonly marks: Marks;
  /** The helper's own program. */
  readonly program: string;
  readonly home: string;
}

// Enough for what all calls may have under way; a search's expression is what could want more.
const nodeFlags = ['--no-warnings', '--max-old-space-size=128', '--max-semi-space-size=2'];

// More than what all calls that may run can have under way, each frame counted with the room that it takes here.
const mostUnreadBytes = 128 * windowBytes;
const frameBytes = 512;

/** One helper: a process of the sandbox's user, with as little as a command has, that does what the agent asks. */
export class HelperProcess {
  /** Fulfils when it is gone. */
  readonly ended: Promise<void>;
  readonly #tools: HelperTools;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #mark: number;
  readonly #calls = new Map<number, HelperCall>();
  #next = 1;
  #unreadBytes = 0;
  #dead: unknown;

  /** Starts it. One that can't be started is a helper that is lost. */
  constructor(tools: HelperTools) {
    this.#tools = tools;
    this.#mark = tools.marks.take();
    const argv = [process.execPath, ...nodeFlags, tools.program];
    const [file, args] = launchArguments({ argv, cwd: '/', env: {}, mark: this.#mark });
    this.#child = spawn(file, args, { cwd: '/', env: {}, detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
    const { stdin, stdout } = this.#child;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    const gone = (cause: unknown) => {
      this.#lose(cause);
      // Nothing it started outlives it.
      void this.#terminate().then(() => {
        this.#tools.marks.release(this.#mark);
        resolve();
      });
    };
    this.#child.once('error', gone).once('exit', (code, signal) => gone(new Error(`it ended with ${code ?? signal}`)));
    stdin.on('error', (error) => this.kill(error));
    stdout.on('error', (error) => this.kill(error));
    const reader = new FrameReader((kind, call, bytes) => this.#calls.get(call)?.roomFor(kind, bytes), letGo);
    stdout.on('data', (chunk: Buffer) => this.#hear(reader, chunk));
  }

  /** Whether it can't be asked any more. */
  get isDead(): boolean {
    return this.#dead !== undefined;
  }

  /** Asks it something; whoever asks disposes of the call. */
  open<O extends HelperOperation>(operation: O, input: HelperInputs[O]): HelperCall {
    const id = this.#next++;
    const call = new HelperCall({
      clock: this.#tools.clock,
      write: (kind, payload, onWritten) => {
        this.#write(kind, id, payload, onWritten);
        if (kind === 'cancel') this.#calls.delete(id);
      },
      takesBytes: takesBytes.has(operation),
      onFault: (cause) => this.kill(cause),
    });
    this.#calls.set(id, call);
    if (this.isDead) call.over({ error: helperLost(this.#dead) });
    const open: OpenCall = { operation, home: this.#tools.home, input };
    this.#write('open', id, Buffer.from(JSON.stringify(open)));
    return call;
  }

  /** Ends it at once, and everything it started. */
  kill(cause: unknown): void {
    this.#lose(cause);
    void this.#terminate();
  }

  /** Lets it go: it ends when it hears no more, or is ended. */
  end(): void {
    const letGo = new Error('it was let go');
    this.#dead ??= letGo;
    this.#child.stdin.end();
    const limit = this.#tools.clock.after(graceMs, () => this.kill(letGo));
    void this.ended.then(() => limit[Symbol.dispose]());
  }

  #terminate(): Promise<number> {
    // One that has just been started does not have its mark yet.
    this.#child.kill('SIGKILL');
    return terminate(({ groups }) => groups.includes(this.#mark), this.#tools.clock, 0);
  }

  #hear(reader: FrameReader, chunk: Buffer): void {
    try {
      for (const frame of reader.push(chunk)) {
        const call = this.#calls.get(frame.call);
        call?.hear(frame);
        if (call?.isOver) this.#calls.delete(frame.call);
      }
    } catch (error) {
      this.kill(error);
    }
  }

  #lose(cause: unknown): void {
    this.#dead ??= cause;
    for (const call of this.#calls.values()) call.over({ error: helperLost(cause) });
    this.#calls.clear();
  }

  #write(kind: FrameKind, call: number, payload: Buffer, onWritten?: () => void): void {
    const { stdin } = this.#child;
    if (this.isDead || !stdin.writable) return;
    const bytes = frameBytes + payload.length;
    this.#unreadBytes += bytes;
    if (this.#unreadBytes > mostUnreadBytes) this.kill(new Error('it reads nothing any more'));
    stdin.cork();
    stdin.write(frameHead(kind, call, payload.length));
    stdin.write(payload, (error) => {
      this.#unreadBytes -= bytes;
      if (!error) onWritten?.();
    });
    stdin.uncork();
  }
}
