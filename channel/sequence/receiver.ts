import type { AgentMessage } from '../codec/message.ts';

export interface ReceiverOptions {
  /** Sends an acknowledgement for the message. */
  readonly acknowledge: (message: AgentMessage) => void;
  /** Takes the next message in order. It was acknowledged before. */
  readonly deliver: (message: AgentMessage) => void;
  /**
   * Whether the next message in order can be taken now. If not, it is neither acknowledged nor passed over, and the other
   * side sends it again, as the real agent does while its terminal isn't ready. @default always
   */
  readonly accepts?: (message: AgentMessage) => boolean;
  /** Bounds of what may wait for an earlier message. @default 10000 messages, 16 MiB */
  readonly maxHeldMessages?: number;
  readonly maxHeldBytes?: number;
}

/**
 * The receiving half of one direction: acknowledges every message, repeated ones again, and delivers each once and in
 * order. What has no room is not acknowledged, so it comes again. Knows no socket, so it outlives one.
 */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #maxHeldMessages: number;
  readonly #maxHeldBytes: number;
  readonly #held = new Map<bigint, AgentMessage>();
  #heldBytes = 0;
  #expected = 0n;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#maxHeldMessages = options.maxHeldMessages ?? 10_000;
    this.#maxHeldBytes = options.maxHeldBytes ?? 16 * 1024 * 1024;
  }

  /** Takes a stream message that came from the wire, whatever its number. */
  receive(message: AgentMessage): void {
    const { sequenceNumber } = message;
    // No writer counts below zero.
    if (sequenceNumber < 0n) return;
    const isKnown = sequenceNumber < this.#expected || this.#held.has(sequenceNumber);
    if (!isKnown && !(sequenceNumber === this.#expected ? this.#accepts(message) : this.#hasRoom(message))) return;
    this.#options.acknowledge(message);
    if (sequenceNumber === this.#expected && !isKnown) this.#deliver(message);
    else if (!isKnown) this.#hold(message);
    this.drain();
  }

  /** Delivers what is next in order, for when `accepts` has changed its mind. */
  drain(): void {
    for (let next = this.#held.get(this.#expected); next; next = this.#held.get(this.#expected)) {
      if (!this.#accepts(next)) return;
      this.#held.delete(next.sequenceNumber);
      this.#heldBytes -= next.payload.length;
      this.#deliver(next);
    }
  }

  #deliver(message: AgentMessage): void {
    this.#expected++;
    this.#options.deliver(message);
  }

  #hold(message: AgentMessage): void {
    this.#held.set(message.sequenceNumber, message);
    this.#heldBytes += message.payload.length;
  }

  #hasRoom({ sequenceNumber, payload }: AgentMessage): boolean {
    const ahead = sequenceNumber - this.#expected;
    return ahead <= BigInt(this.#maxHeldMessages) && this.#heldBytes + payload.length <= this.#maxHeldBytes;
  }

  #accepts(message: AgentMessage): boolean {
    return this.#options.accepts?.(message) ?? true;
  }
}
