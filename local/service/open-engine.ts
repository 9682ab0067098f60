import type { Engine } from '../engines/engine.ts';
import { ServiceError } from './service-error.ts';

/** Makes sure that machines can be isolated, and removes those of a run that was killed. Throws ServiceError. */
export async function openEngine(engine: Engine): Promise<{ readonly notes: readonly string[] }> {
  const probe = await engine.probe();
  if (!probe.ok) {
    throw new ServiceError(`this machine can't isolate sandboxes with ${engine.name}: ${probe.reason}`, probe.fix);
  }
  await engine.sweep();
  return { notes: probe.notes };
}
