/** `network` and `timeout`: nobody answered. `garbage`: what came was no answer of the protocol. */
export type LinkErrorCode = 'network' | 'timeout' | 'garbage';

/** A request that got no usable answer. Trying again is right for each code. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly code: LinkErrorCode;

  constructor(code: LinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
