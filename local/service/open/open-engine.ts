import type { Engine, EngineProbe, Network } from '../../engines/engine.ts';
import type { Engines } from '../create-engines.ts';
import { ServiceError } from '../service-error.ts';

export interface OpenEngine {
  readonly engine: Engine;
  /** What the engine can't do on this machine, and why a better one isn't used. */
  readonly notes: readonly string[];
}

/**
 * Opens the first engine that works here: makes sure that it isolates, removes what a run that was killed left, and has
 * prepared what its machines need. Throws ServiceError when none does, with the words of the first that is here, else of all.
 */
export async function openEngine(
  { candidates, others }: Engines,
  network: Network,
  onStep: (step: string) => void,
): Promise<OpenEngine> {
  for (const other of others) await sweepOther(other);
  const refusals: ServiceError[] = [];
  const absences: ServiceError[] = [];
  const notes: string[] = [];
  for (const engine of candidates) {
    const probe = await engine.probe();
    try {
      const opened = await open(engine, probe, network, onStep);
      return { engine, notes: [...opened.notes, ...notes] };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (probe.ok) notes.push(`${engine.name} is here, but ${error.message}`);
      (probe.ok ? refusals : absences).push(error);
    }
  }
  throw refusals[0] ?? allOf(absences);
}

/** Whoever has neither engine may choose which to install. */
const allOf = (errors: readonly ServiceError[]): ServiceError =>
  new ServiceError(errors.map(({ message }) => message).join('; '), errors.map(({ fix }) => fix).join('; or '), errors);

async function open(engine: Engine, probe: EngineProbe, network: Network, onStep: (step: string) => void) {
  if (!probe.ok) {
    throw new ServiceError(`this machine can't isolate sandboxes with ${engine.name}: ${probe.reason}`, probe.fix);
  }
  await engine.sweep();
  if (!engine.networks.includes(network)) {
    throw new ServiceError(
      `the network "${network}" can't be had with ${engine.name}`,
      `choose --network ${engine.networks.join(' or ')}, or another engine`,
    );
  }
  try {
    await engine.prepare?.(onStep);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError(
      `its image could not be prepared: ${reason}`,
      'choose one with --image, or --engine namespaces',
      cause,
    );
  }
  return probe;
}

/** What an engine that isn't wanted has left of an earlier run. One that is away now can't be asked. */
async function sweepOther(engine: Engine): Promise<void> {
  const { ok } = await engine.probe();
  if (ok) await engine.sweep();
}
