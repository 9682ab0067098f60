import { randomUUID } from 'node:crypto';
import { ChannelError } from '../channel-error.ts';
import type { Clock } from '../clock.ts';
import { encodeMessage, type MessageType } from '../codec/message.ts';
import { Pacer } from './pacer.ts';
import { RoundTrip } from './round-trip.ts';
import type { SenderTuning } from './tuning.ts';

export interface SenderOptions {
  readonly messageType: MessageType & ('input_stream_data' | 'output_stream_data');
  readonly tuning: SenderTuning;
  readonly clock: Clock;
  /** Puts a frame on the wire. It may get lost there. */
  readonly transmit: (frame: Buffer) => void;
  /** Told each time there is room again after `send` said there was none. */
  readonly onRoom?: () => void;
  /** Told each time the oldest message goes out again because its acknowledgement didn't come. */
  readonly onResend?: () => void;
  /** Told once, when nothing was acknowledged for `giveUpMs` although something should be. */
  readonly onGiveUp?: (error: ChannelError) => void;
  /** Shared with whatever else is sent on the same socket. */
  readonly pacer?: Pacer;
}

interface Waiting {
  readonly payloadType: number;
  readonly payload: Uint8Array;
}

interface Unacknowledged {
  readonly frame: Buffer;
  readonly firstSentAt: number;
  sentAt: number;
  resent: boolean;
}

/**
 * The sending half of one direction: numbers messages from 0, keeps each byte for byte until it is acknowledged, and
 * sends the oldest again when that takes too long. Knows no socket, so it outlives one.
 */
export class Sender implements Disposable {
  readonly #options: SenderOptions;
  readonly #pacer: Pacer;
  readonly #roundTrip: RoundTrip;
  readonly #waiting: Waiting[] = [];
  /** By number, oldest first. */
  readonly #unacknowledged = new Map<number, Unacknowledged>();
  /** Numbers of what went out on a wire that is no more, oldest first. */
  #again: number[] = [];
  #waitingBytes = 0;
  #unacknowledgedBytes = 0;
  #next = 0;
  #acknowledgedAt = 0;
  #paused = false;
  #owesRoom = false;
  #disposed = false;
  #paceTimer: Disposable | undefined;
  #resendTimer: Disposable | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#pacer = options.pacer ?? new Pacer(options.clock, options.tuning.messagesPerSecond);
    this.#roundTrip = new RoundTrip(options.tuning.minTimeoutMs);
  }

  /** Messages that were handed over and not yet acknowledged. */
  get outstanding(): number {
    return this.#waiting.length + this.#unacknowledged.size;
  }

  /** Sends a message as soon as window and pace allow. False asks the caller to wait for `onRoom` before the next. */
  send(payloadType: number, payload: Uint8Array): boolean {
    if (this.#disposed) return true;
    this.#waiting.push({ payloadType, payload });
    this.#waitingBytes += payload.length;
    this.#pump();
    if (!this.#hasRoom()) this.#owesRoom = true;
    return !this.#owesRoom;
  }

  /** Takes an acknowledgement, also a repeated one or one for a number that was never sent. */
  acknowledge(sequenceNumber: number): void {
    // Whoever acknowledges is there.
    this.#paused = false;
    const sent = this.#unacknowledged.get(sequenceNumber);
    if (sent) {
      this.#unacknowledged.delete(sequenceNumber);
      this.#unacknowledgedBytes -= sent.frame.length;
      this.#acknowledgedAt = this.#options.clock.now();
      if (!(sent.resent && this.#options.tuning.ignoresResent))
        this.#roundTrip.measured(this.#acknowledgedAt - sent.sentAt);
      if (sent.resent && this.#options.tuning.resendsNext) this.#watchHead();
    }
    this.#pump();
    if (!this.#owesRoom || !this.#hasRoom()) return;
    this.#owesRoom = false;
    this.#options.onRoom?.();
  }

  /** The service asks for silence: the other side is away. */
  pause(): void {
    this.#paused = true;
  }

  /** The other side is back: by `start_publication`, or because something came from it. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#pump();
    this.#watchHead();
  }

  /**
   * The wire is a new one. What is unacknowledged may have gone with the one before, so all of it goes out again, byte for
   * byte, in order and at the usual pace.
   */
  sendAgain(): void {
    this.#paused = false;
    this.#again = [...this.#unacknowledged.keys()];
    this.#pump();
  }

  /** Forgets what has not been on the wire yet, so that the next message is the next to go. */
  dropWaiting(): void {
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#paceTimer?.[Symbol.dispose]();
    this.#resendTimer?.[Symbol.dispose]();
    this.dropWaiting();
    this.#again = [];
    this.#unacknowledged.clear();
  }

  #hasRoom(): boolean {
    return this.#waitingBytes + this.#unacknowledgedBytes < this.#options.tuning.windowBytes;
  }

  #mayTransmit({ payload }: Waiting): boolean {
    const bytes = this.#unacknowledgedBytes + payload.length;
    return !this.#paused && (this.#unacknowledged.size === 0 || bytes <= this.#options.tuning.windowBytes);
  }

  #pump(): void {
    for (let transmit = this.#nextToGo(); transmit; transmit = this.#nextToGo()) {
      const wait = this.#pacer.waitMs;
      if (wait > 0) {
        this.#armPace(wait);
        return;
      }
      transmit();
    }
  }

  #nextToGo(): (() => void) | undefined {
    for (let number = this.#again[0]; number !== undefined; number = this.#again[0]) {
      const sent = this.#unacknowledged.get(number);
      if (sent) return () => this.#transmitAgain(sent);
      this.#again.shift();
    }
    const next = this.#waiting[0];
    return next && this.#mayTransmit(next) ? () => this.#transmitFirst(next) : undefined;
  }

  #transmitAgain(sent: Unacknowledged): void {
    this.#again.shift();
    sent.sentAt = this.#options.clock.now();
    sent.resent = true;
    this.#transmit(sent.frame);
  }

  #transmitFirst({ payloadType, payload }: Waiting): void {
    this.#waiting.shift();
    this.#waitingBytes -= payload.length;
    const { clock, messageType, tuning } = this.#options;
    const now = clock.now();
    const frame = encodeMessage({
      messageType,
      createdDate: now,
      sequenceNumber: BigInt(this.#next),
      flags: tuning.flags[this.#next === 0 ? 0 : 1],
      messageId: randomUUID(),
      payloadType,
      payload,
    });
    this.#unacknowledged.set(this.#next++, { frame, firstSentAt: now, sentAt: now, resent: false });
    this.#unacknowledgedBytes += frame.length;
    this.#transmit(frame);
    this.#armResend(this.#roundTrip.timeoutMs);
  }

  #transmit(frame: Buffer): void {
    this.#pacer.spend();
    this.#options.transmit(frame);
  }

  #armPace(ms: number): void {
    this.#paceTimer ??= this.#options.clock.after(ms, () => {
      this.#paceTimer = undefined;
      this.#pump();
    });
  }

  /** Looks at the oldest message now, whenever it was going to be looked at. */
  #watchHead(): void {
    this.#resendTimer?.[Symbol.dispose]();
    this.#resendTimer = undefined;
    this.#armResend(0);
  }

  #armResend(ms: number): void {
    if (this.#disposed) return;
    this.#resendTimer ??= this.#options.clock.after(ms, () => {
      this.#resendTimer = undefined;
      this.#resendHead();
    });
  }

  /** Only ever the oldest: what comes behind it can't be used before it anyway. */
  #resendHead(): void {
    const head = this.#unacknowledged.values().next().value;
    if (!head) return;
    const now = this.#options.clock.now();
    if (this.#givenUp(head, now)) return;
    const { pausedResendMs } = this.#options.tuning;
    const timeout = this.#paused ? (pausedResendMs ?? Number.POSITIVE_INFINITY) : this.#roundTrip.timeoutMs;
    if (now - head.sentAt >= timeout) {
      head.sentAt = now;
      head.resent = true;
      this.#transmit(head.frame);
      this.#options.onResend?.();
      // What was told may have ended it.
      if (this.#disposed) return;
    }
    this.#armResend(Math.min(head.sentAt + timeout - now, 1_000));
  }

  #givenUp(head: Unacknowledged, now: number): boolean {
    const { giveUpMs } = this.#options.tuning;
    if (giveUpMs === undefined || now - Math.max(head.firstSentAt, this.#acknowledgedAt) < giveUpMs) return false;
    this[Symbol.dispose]();
    this.#options.onGiveUp?.(
      new ChannelError('unacknowledged', `no message was acknowledged for ${giveUpMs} ms, give up`),
    );
    return true;
  }
}
