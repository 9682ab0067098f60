import type { Answer } from '../operation.ts';
import { type HealthPorts, inspectParts } from './deployment-health.ts';

const freshMs = 5_000;

interface Seen {
  readonly atMs: number;
  readonly status: Promise<'ok' | 'down'>;
}

const seen = new WeakMap<HealthPorts['health'], Seen>();

async function inspect(ports: HealthPorts): Promise<'ok' | 'down'> {
  return (await inspectParts(ports)).every(({ state }) => state === 'ok') ? 'ok' : 'down';
}

/** Whether the service is up. Anybody may ask, so the parts are asked at most every five seconds. */
export async function getHealth(ports: HealthPorts): Promise<Answer<'getHealth'>> {
  const now = ports.clock.now();
  let last = seen.get(ports.health);
  if (last === undefined || now - last.atMs > freshMs) {
    last = { atMs: now, status: inspect(ports) };
    seen.set(ports.health, last);
  }
  const status = await last.status;
  return { status: status === 'ok' ? 200 : 503, body: { status } };
}
