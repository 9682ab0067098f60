import { randomUUID } from 'node:crypto';
import { type MachineSpec, machinePaths } from '../../engines/engine.ts';
import { fargateSize } from '../task-definitions/fargate-size.ts';
import type { StoredDefinition } from '../task-definitions/task-definitions.ts';
import type { TaskRecord } from './task-record.ts';

/** What every machine of this run gets alike. */
export interface MachineSettings {
  readonly region: string;
  readonly network: MachineSpec['network'];
  /** Sessions of the exec agent that run at once in a machine. */
  readonly sessionLimit: number;
  /** Set in every machine, weaker than what its task asks for. */
  readonly environment: Readonly<Record<string, string>>;
}

interface TaskLink {
  readonly socketPath: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Fargate's disk, of which none can be smaller. */
const defaultDiskGb = 20;

/** The machine a task asks for, with the environment that ECS gives it. */
export function machineSpec(
  { id, task }: TaskRecord,
  definition: StoredDefinition,
  settings: MachineSettings,
  link: TaskLink,
): Omit<MachineSpec, 'onLog'> {
  const [container] = definition.containerDefinitions ?? [];
  const override = task.overrides.containerOverrides?.find(({ name }) => name === container?.name);
  const { cpu, memoryMb } = fargateSize(task.cpu, task.memory);
  return {
    id,
    command: override?.command ?? container?.command ?? [],
    environment: {
      ...settings.environment,
      ...asRecord(container?.environment),
      ...asRecord(override?.environment),
      AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
      AWS_REGION: settings.region,
      AWS_DEFAULT_REGION: settings.region,
      ...link.environment,
      MATRX_LINK: machinePaths.link,
    },
    cpu,
    memoryMb,
    diskMb: (task.ephemeralStorage?.sizeInGiB ?? defaultDiskGb) * 1024,
    linkSocket: link.socketPath,
    network: settings.network,
    files: task.enableExecuteCommand ? execAgentFiles(settings.sessionLimit) : {},
  };
}

const asRecord = (pairs: { name?: string | undefined; value?: string | undefined }[] = []): Record<string, string> =>
  Object.fromEntries(pairs.map(({ name = '', value = '' }) => [name, value]));

/** The exec agent's configuration, where ECS mounts it: what runs inside reads its session limit there. */
const execAgentFiles = (sessionLimit: number): Record<string, string> => ({
  [`/ecs-execute-command-${randomUUID()}/configuration/amazon-ssm-agent.json`]: JSON.stringify({
    Mgs: { StopTimeoutMillis: 20_000, SessionWorkersLimit: sessionLimit },
    Agent: { ContainerMode: true },
  }),
});
