import type { SignatureV4 } from '@smithy/signature-v4';

type HashConstructor = ConstructorParameters<typeof SignatureV4>[0]['sha256'];
type Source = Parameters<InstanceType<HashConstructor>['update']>[0];

const bytesOf = (data: Source): Uint8Array<ArrayBuffer> => {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  const view = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  return view.slice();
};

/** SHA-256, or its HMAC when made with a secret, by WebCrypto: the same in browsers and in Node. */
export class Sha256 {
  readonly #secret: Uint8Array<ArrayBuffer> | undefined;
  #parts: Uint8Array<ArrayBuffer>[] = [];

  constructor(secret?: Source) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
  }

  update(data: Source): void {
    this.#parts.push(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    const whole = await new Blob(this.#parts).arrayBuffer();
    if (!this.#secret) return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', this.#secret, algorithm, false, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, whole));
  }

  reset(): void {
    this.#parts = [];
  }
}
