import { expect, test } from 'vitest';
import { ErrorBody } from '../../../contract/api/error-body.ts';
import { errors } from '../../../contract/api/errors.ts';
import {
  type GatewayResponseType,
  gatewayResponseBody,
  gatewayResponses,
} from '../../../contract/api/gateway-responses.ts';

const types = Object.keys(gatewayResponses) as GatewayResponseType[];

test.each(types)('%s has the body of our own errors, also with a template variable for the request id', (type) => {
  const body = gatewayResponseBody(type, '$context.requestId');
  expect(ErrorBody.parse(body)).toEqual(body);
  expect(body.error).toMatchObject({ code: gatewayResponses[type].code, request_id: '$context.requestId' });
});

test('a refusal of the gateway says nothing of what is inside', () => {
  const inside = types.filter((type) => errors[gatewayResponses[type].code].status === 500);
  expect(new Set(inside.map((type) => gatewayResponses[type].message))).toEqual(new Set(['internal error']));
});
