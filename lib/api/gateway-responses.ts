import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { errors } from '../../contract/api/errors.ts';
import {
  type GatewayResponseType,
  gatewayResponseBody,
  gatewayResponses,
  gatewayRetryAfterSeconds,
} from '../../contract/api/gateway-responses.ts';

const names = Object.keys(gatewayResponses) as GatewayResponseType[];

/** Gives the answers that API Gateway makes by itself the shape of all others. `anyOrigin`: web pages may read them. */
export function addGatewayResponses(api: RestApi, anyOrigin: boolean): void {
  for (const name of names) {
    const { status, retry } = errors[gatewayResponses[name].code];
    api.addGatewayResponse(name, {
      type: ResponseType.of(name),
      statusCode: String(status),
      templates: { 'application/json': JSON.stringify(gatewayResponseBody(name, '$context.requestId')) },
      responseHeaders: {
        'x-request-id': 'context.requestId',
        'cache-control': "'no-store'",
        ...(retry ? { 'retry-after': `'${gatewayRetryAfterSeconds}'` } : {}),
        // A refusal says nothing of anybody, and no cookie ever comes with a request.
        ...(anyOrigin ? { 'access-control-allow-origin': "'*'" } : {}),
      },
    });
  }
}
