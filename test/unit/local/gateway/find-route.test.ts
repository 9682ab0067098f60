import { expect, test } from 'vitest';
import { findRoute } from '../../../../local/gateway/find-route.ts';

test('a path is found behind each door that its row names, with its parameters decoded', () => {
  expect(findRoute('GET', '/v1/sandboxes/sbx_%31')).toMatchObject({
    route: { door: 'person', resource: '/v1/sandboxes/{sandbox_id}', scope: 'matrx/sandbox.read', function: 'query' },
    pathParameters: { sandbox_id: 'sbx_1' },
  });
  expect(findRoute('GET', '/iam/v1/sandboxes/x')?.route).toMatchObject({ door: 'service', scope: undefined });
  expect(findRoute('POST', '/agent/v1/hello')?.route).toMatchObject({ door: 'agent', function: 'agent' });
  expect(findRoute('GET', '/health')?.route).toMatchObject({ door: 'open' });
});

test.each([
  ['GET', '/'],
  ['GET', '/v1'],
  ['GET', '/sandboxes'],
  ['PUT', '/v1/sandboxes'],
  ['OPTIONS', '/v1/sandboxes'],
  ['GET', '/v1/sandboxes/'],
  ['GET', '/v1/sandboxes/%zz'],
  ['GET', '/v1/sandboxes/a/b'],
  ['POST', '/v1/hello'],
  ['GET', 'http://elsewhere/health'],
])('there is nothing at %s %s', (method, path) => {
  expect(findRoute(method, path)).toBeUndefined();
});
