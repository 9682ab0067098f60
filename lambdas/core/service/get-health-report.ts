import type { Deployment } from '../deployment.ts';
import type { Answer } from '../operation.ts';
import { type HealthPorts, inspectParts } from './deployment-health.ts';

/** Each part of the service: its state, and since when. */
export async function getHealthReport(
  ports: HealthPorts & { readonly deployment: Pick<Deployment, 'version'> },
): Promise<Answer<'getHealthReport'>> {
  const parts = await inspectParts(ports);
  const status = parts.every(({ state }) => state === 'ok') ? 'ok' : 'down';
  return {
    status: status === 'ok' ? 200 : 503,
    body: { status, version: ports.deployment.version, parts: [...parts] },
  };
}
