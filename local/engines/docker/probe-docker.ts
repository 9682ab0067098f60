import { release } from 'node:os';
import type { EngineProbe } from '../engine.ts';
import { DockerClient } from './api/docker-client.ts';
import type { DockerAddress } from './find-docker.ts';

interface EngineInfo {
  readonly OSType: string;
  readonly KernelVersion: string;
  readonly OperatingSystem: string;
  readonly MemoryLimit: boolean;
  readonly PidsLimit: boolean;
  readonly CpuCfsQuota: boolean;
  readonly SecurityOptions: readonly string[] | null;
}

const answerMs = 5_000;
const install = 'install and start Docker (on Debian: apt-get install docker.io), or choose --engine namespaces';

const refuse = (reason: string, fix = install): EngineProbe => ({ ok: false, reason, fix });
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Asks the engine what it can do. Changes nothing. */
export async function probeDocker(address: DockerAddress): Promise<EngineProbe> {
  if ('unusable' in address) return refuse(address.unusable);
  let info: EngineInfo;
  try {
    info = await new DockerClient(address.socketPath).call<EngineInfo>('GET', '/info', { timeoutMs: answerMs });
  } catch (error) {
    return refuse(`the Docker engine at ${address.socketPath} doesn't answer: ${reasonOf(error)}`);
  }
  if (info.OSType !== 'linux') return refuse(`the Docker engine runs ${info.OSType} containers, expected linux`);
  // In a virtual machine of its own it could not reach the socket that is a sandbox's way out.
  if (info.KernelVersion !== release()) {
    return refuse(`the Docker engine runs on another kernel (${info.OperatingSystem}), expected this machine's`);
  }
  if (info.SecurityOptions?.some((option) => option.includes('name=userns'))) {
    return refuse('the Docker engine maps users (userns-remap): the root of a machine could not open its link');
  }
  return { ok: true, notes: notesOn(info) };
}

function notesOn(info: EngineInfo): string[] {
  const unlimited = [
    [info.MemoryLimit, 'memory is not limited'],
    [info.PidsLimit, 'the number of processes is not limited'],
    [info.CpuCfsQuota, 'CPU time is not limited'],
  ] as const;
  return [
    ...unlimited.flatMap(([limited, note]) =>
      limited ? [] : [`${note}: the engine's host offers no control group for it`],
    ),
    'disk space is not limited: machines share the disk of the Docker engine',
    ...(info.SecurityOptions?.some((option) => option.includes('seccomp'))
      ? []
      : ['system calls are not filtered: the engine has no seccomp']),
  ];
}
