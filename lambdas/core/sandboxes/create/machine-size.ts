import { SandboxError } from '../../../../contract/api/errors.ts';
import { defaultSize, memoryByCpu, type SizeName, sizes } from '../../../../contract/api/sandboxes/sizes.ts';
import type { SandboxRecord } from '../record.ts';

interface Wanted {
  readonly size?: SizeName | undefined;
  readonly cpu?: number | undefined;
  readonly memory_mb?: number | undefined;
  readonly disk_gb: number;
}

const refuse = (field: string, value: unknown, rule: string): SandboxError =>
  new SandboxError('invalid_request', `${field} is ${value}, ${rule}`, {
    details: { field, value: String(value), rule },
  });

/** The machine a caller asked for, by name or by numbers; throws `invalid_request` for a pair that doesn't exist. */
export function machineSize(wanted: Wanted): SandboxRecord['size'] {
  const { size, cpu, memory_mb, disk_gb } = wanted;
  if (cpu === undefined && memory_mb === undefined) {
    const name = size ?? defaultSize;
    return { name, ...sizes[name], disk_gb };
  }
  if (size !== undefined) throw refuse('size', size, 'expected either size, or cpu with memory_mb');
  if (cpu === undefined) throw refuse('cpu', 'missing', 'expected together with memory_mb');
  if (memory_mb === undefined) throw refuse('memory_mb', 'missing', 'expected together with cpu');
  const choices = memoryByCpu.get(cpu);
  if (choices === undefined) throw refuse('cpu', cpu, `expected one of ${[...memoryByCpu.keys()].join(', ')}`);
  if (!choices.includes(memory_mb))
    throw refuse('memory_mb', memory_mb, `expected one of ${choices.join(', ')} for ${cpu} vCPU`);
  return { name: 'custom', cpu, memory_mb, disk_gb };
}
