// What API Gateway answers by itself, before or in the place of a function, in the shape of our own errors.

import { type ErrorBody, errorBody } from './error-body.ts';
import { type ErrorCode, SandboxError } from './errors.ts';

interface GatewayResponse {
  readonly code: ErrorCode;
  readonly message: string;
}

/** By API Gateway's own names. An unknown path and an unsigned request are the same to it. */
export const gatewayResponses = {
  UNAUTHORIZED: {
    code: 'unauthenticated',
    message: 'the access token is missing, invalid, expired, or lacks the scope of this route',
  },
  MISSING_AUTHENTICATION_TOKEN: {
    code: 'unauthenticated',
    message: 'no such path and method, or the request is not signed',
  },
  INVALID_SIGNATURE: { code: 'unauthenticated', message: 'the signature of the request is not valid' },
  EXPIRED_TOKEN: { code: 'unauthenticated', message: 'the credentials of the request have expired' },
  ACCESS_DENIED: { code: 'forbidden', message: 'these credentials may not call this route' },
  WAF_FILTERED: { code: 'forbidden', message: 'the request was refused by a firewall rule' },
  RESOURCE_NOT_FOUND: { code: 'not_found', message: 'no such path' },
  BAD_REQUEST_PARAMETERS: { code: 'invalid_request', message: 'a parameter of the request is not valid' },
  BAD_REQUEST_BODY: { code: 'invalid_request', message: 'the body of the request is not valid' },
  UNSUPPORTED_MEDIA_TYPE: { code: 'invalid_request', message: 'the content type is not supported' },
  REQUEST_TOO_LARGE: { code: 'too_large', message: 'the request is larger than the gateway takes' },
  THROTTLED: { code: 'rate_limited', message: 'too many requests' },
  QUOTA_EXCEEDED: { code: 'rate_limited', message: 'too many requests' },
  INTEGRATION_TIMEOUT: { code: 'unavailable', message: 'the service did not answer in time' },
  INTEGRATION_FAILURE: { code: 'unavailable', message: 'the service could not be reached' },
  API_CONFIGURATION_ERROR: { code: 'internal', message: 'internal error' },
  AUTHORIZER_CONFIGURATION_ERROR: { code: 'internal', message: 'internal error' },
  AUTHORIZER_FAILURE: { code: 'internal', message: 'internal error' },
  DEFAULT_5XX: { code: 'internal', message: 'internal error' },
} as const satisfies Record<string, GatewayResponse>;

export type GatewayResponseType = keyof typeof gatewayResponses;

/** Seconds of Retry-After, for answers whose cause passes by itself. */
export const gatewayRetryAfterSeconds = 2;

/** The body of a gateway response; `requestId` may also be a template's variable. */
export function gatewayResponseBody(type: GatewayResponseType, requestId: string): ErrorBody {
  const { code, message } = gatewayResponses[type];
  return errorBody(new SandboxError(code, message), requestId);
}
