import { expect, test } from 'vitest';
import { corsHeaders } from '../../../lambdas/http/reply/cors-headers.ts';
import { gatewayEvent } from '../../support/stack/gateway-events.ts';

const from = (origin: string) => ({ ...gatewayEvent('getHealth'), headers: { Origin: origin } });

test('a page of a configured origin may read answers, others may not', () => {
  const origins = ['https://app.example.com'];
  expect(corsHeaders(from('https://app.example.com'), origins)).toMatchObject({
    'access-control-allow-origin': 'https://app.example.com',
    vary: 'origin',
  });
  expect(corsHeaders(from('https://evil.example'), origins)).toEqual({ vary: 'origin' });
  expect(corsHeaders(gatewayEvent('getHealth'), origins)).toEqual({ vary: 'origin' });
  expect(corsHeaders(from('https://app.example.com'), [])).toEqual({});
});
