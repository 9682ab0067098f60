import type { Route } from '../../contract/api/route.ts';
import { type RouteName, routes } from '../../contract/api/routes.ts';
import type { AgentCaller, PersonCaller, ServiceCaller } from '../../lambdas/core/caller.ts';
import type { Call } from '../../lambdas/core/operation.ts';

export const service: ServiceCaller = {
  kind: 'service',
  principal: 'arn:aws:iam::000000000000:user/backend',
  identity: '000000000000:AIDABACKEND',
};

/** A person with every scope. */
export const person = (sub: string, admin = false): PersonCaller => ({
  kind: 'person',
  principal: sub,
  identity: sub,
  admin,
  scopes: ['matrx/sandbox.read', 'matrx/sandbox.write', 'matrx/sandbox.exec'],
});

export const agentOf = (taskId: string): AgentCaller => ({ kind: 'agent', taskId, identity: `000000000000:${taskId}` });

type Parts = Partial<Record<'params' | 'query' | 'headers' | 'body', unknown>>;

/** A call as the endpoint would make it: what isn't given gets its default from the row's schema. */
export function callOf<N extends RouteName>(
  name: N,
  caller: Call<N>['caller'],
  parts: Parts & Partial<Pick<Call<N>, 'streamed' | 'signal' | 'note'>> = {},
): Call<N> {
  const row: Route = routes[name];
  const parse = (part: keyof Parts) => row[part]?.parse(parts[part] ?? {}) ?? {};
  const { streamed = false, signal = new AbortController().signal, note = () => undefined } = parts;
  const input = { params: parse('params'), query: parse('query'), headers: parse('headers'), body: parse('body') };
  // The schemas have made the parts what the call's type says.
  return { caller, ...input, streamed, signal, note, requestId: 'req_test' } as Call<N>;
}
