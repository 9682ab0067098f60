import { resolve } from 'node:path';
import { type MachineSpec, machinePaths } from '../../engine.ts';
import { environmentEntries } from '../../environment-entries.ts';
import type { MachineImage } from '../images/machine-image.ts';

/** What `POST /containers/create` gets for a machine. */
export interface ContainerChoices {
  /** Its environment is weaker than the machine's. */
  readonly image: MachineImage;
  readonly networkMode: string;
  readonly maxProcesses: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** What the agent needs as root: to become the sandbox's user without any privilege, and to end what that user started. */
const capabilities = ['KILL', 'SETGID', 'SETPCAP', 'SETUID'];

const mebibyte = 1024 * 1024;
const nanoCpus = 1e9 / 1024;

/** The environment of a machine's command and of its terminals. */
export function machineEnvironment(spec: MachineSpec, image: MachineImage): Record<string, string> {
  const pairs = image.environment.map((entry) => {
    const end = entry.indexOf('=');
    return [entry.slice(0, end), entry.slice(end + 1)] as const;
  });
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const { PATH = path, ...others } = Object.fromEntries(pairs);
  return { HOME: '/root', ...others, PATH: `${PATH}:${machinePaths.tools}`, ...spec.environment };
}

/** What every exec in a container gets alike, beside its command. */
export const execSettings = (environment: Readonly<Record<string, string>>) => ({
  User: '0:0',
  WorkingDir: '/',
  Env: Object.entries(environmentEntries(environment)).map(([name, value]) => `${name}=${value}`),
});

/** The body of the engine's call that makes a machine's container, with its limits and without what it must not have. */
export function containerSettings(spec: MachineSpec, choices: ContainerChoices): object {
  const environment = machineEnvironment(spec, choices.image);
  return {
    Image: choices.image.id,
    Labels: choices.labels,
    Hostname: spec.id.slice(0, 12),
    ...execSettings(environment),
    Entrypoint: ['/bin/sh', '/opt/matrx/bin/start-command.sh'],
    Cmd: spec.command,
    // A task's health is the service's to judge, by the agent's heartbeats.
    Healthcheck: { Test: ['NONE'] },
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    HostConfig: {
      Init: true,
      NetworkMode: choices.networkMode,
      CapDrop: ['ALL'],
      CapAdd: capabilities,
      // The agent changes users by its capabilities, which stay; what nobody gets any more is the right of a file.
      SecurityOpt: ['no-new-privileges'],
      Memory: spec.memoryMb * mebibyte,
      MemorySwap: spec.memoryMb * mebibyte,
      NanoCpus: Math.max(1e7, Math.round(spec.cpu * nanoCpus)),
      PidsLimit: choices.maxProcesses,
      // A core file would land where the host's kernel says.
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
      IpcMode: 'private',
      CgroupnsMode: 'private',
      // The log is the service's; the engine keeps none.
      LogConfig: { Type: 'none' },
      RestartPolicy: { Name: 'no' },
      Mounts: [
        {
          Type: 'bind',
          Source: resolve(spec.linkSocket),
          Target: machinePaths.link,
          BindOptions: { Propagation: 'private' },
        },
      ],
    },
  };
}
