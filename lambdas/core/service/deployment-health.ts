import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Tasks } from '../sandboxes/task-ports.ts';
import type { StoredObjects } from '../storage/ports.ts';
import { isoTime } from '../time.ts';
import type { HealthRecords } from './ports.ts';

export interface HealthPorts {
  readonly health: HealthRecords;
  readonly tasks: Pick<Tasks, 'check'>;
  readonly objects: Pick<StoredObjects, 'check'>;
  readonly clock: Clock;
}

interface Part {
  readonly name: string;
  readonly state: 'ok' | 'down';
  readonly detail: string;
  readonly since: string;
}

async function inspect({ health, clock }: HealthPorts, name: string, check: () => Promise<void>): Promise<Part> {
  const { state, detail } = await check().then(
    () => ({ state: 'ok', detail: 'answers' }) as const,
    (error: unknown) => ({ state: 'down', detail: error instanceof SandboxError ? error.message : 'fails' }) as const,
  );
  const at = isoTime(clock.now());
  // Where the table itself is down nobody remembers since when.
  const { since } = await health.observe(name, state, at).catch(() => ({ since: at }));
  return { name, state, detail, since };
}

/** Asks each part of the service whether it works; never throws for a part that doesn't. */
export async function inspectParts(ports: HealthPorts): Promise<readonly Part[]> {
  return await Promise.all([
    inspect(ports, 'records', () => ports.health.check()),
    inspect(ports, 'tasks', () => ports.tasks.check()),
    inspect(ports, 'storage', () => ports.objects.check()),
  ]);
}
