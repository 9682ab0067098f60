/** The first `maxBytes` of a stream; the rest is counted, not kept. */
export class KeptOutput {
  readonly #maxBytes: number;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;
  #cut = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether something that was produced is not here. */
  get cut(): boolean {
    return this.#cut;
  }

  add(bytes: Uint8Array): void {
    const room = this.#maxBytes - this.#bytes;
    const part = bytes.subarray(0, room);
    if (part.length < bytes.length) this.#cut = true;
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#bytes += part.length;
  }

  /** Something in between is gone. */
  miss(): void {
    this.#cut = true;
  }

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.#bytes);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** As UTF-8; a character that the limit cut in two is left out, what is not UTF-8 becomes U+FFFD. */
  text(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytes(), { stream: this.#cut });
  }
}
