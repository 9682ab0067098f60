import type { GatewayResponseType } from '../../contract/api/gateway-responses.ts';

/** The gateway answers by itself; the message is for its log. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly type: GatewayResponseType;

  constructor(type: GatewayResponseType, message: string, cause?: unknown) {
    super(message, { cause });
    this.type = type;
  }
}
