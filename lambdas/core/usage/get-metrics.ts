import type { Clock } from '../../../contract/clock.ts';
import type { Answer, Call } from '../operation.ts';
import { readOwned } from '../sandboxes/owned.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { isoTime } from '../time.ts';
import type { MachinePoints } from './ports.ts';

const windowMs = 3_600_000;
const mb = 1024 ** 2;
const gb = 1024 ** 3;

interface Ports {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly points: Pick<MachinePoints, 'since'>;
  readonly clock: Clock;
}

/** How a sandbox's machine is, and was in the past hour. Throws `not_found`. */
export async function getMetrics(
  { records, points, clock }: Ports,
  { caller, params }: Call<'getMetrics'>,
): Promise<Answer<'getMetrics'>> {
  const id = params.sandbox_id;
  const { size } = await readOwned(records, id, caller);
  const window = await points.since(id, isoTime(clock.now() - windowMs));
  const limits = { cpu: size.cpu, memory_bytes: size.memory_mb * mb, disk_bytes: size.disk_gb * gb };
  return { status: 200, body: { sandbox_id: id, limits, current: window.at(-1) ?? null, points: [...window] } };
}
