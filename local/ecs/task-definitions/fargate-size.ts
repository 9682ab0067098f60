import { memoryByCpu } from '../../../contract/api/sandboxes/sizes.ts';
import { AwsError } from '../../aws/aws-error.ts';

/** What a task gets of the machine: CPU units (1024 a core) and MB. */
export interface FargateSize {
  readonly cpu: number;
  readonly memoryMb: number;
}

/** Reads a size as ECS writes it, in decimal strings. Throws ClientException for a pair that Fargate doesn't run. */
export function fargateSize(cpu: string | undefined, memory: string | undefined): FargateSize {
  const size = { cpu: Number(cpu), memoryMb: Number(memory) };
  if (!memoryByCpu.get(size.cpu / 1024)?.includes(size.memoryMb)) {
    throw new AwsError(
      'ClientException',
      `No Fargate configuration exists for given values: ${cpu ?? 'no'} CPU, ${memory ?? 'no'} memory. See the Amazon ECS documentation for the valid values.`,
    );
  }
  return size;
}
