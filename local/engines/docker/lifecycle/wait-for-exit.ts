import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineExit } from '../../engine.ts';
import type { DockerClient } from '../api/docker-client.ts';
import { DockerError } from '../api/docker-error.ts';

interface ContainerState {
  readonly Running: boolean;
  readonly ExitCode: number;
  readonly OOMKilled: boolean;
}

/** As a container ends that was killed: what is said of one that can't be asked any more. */
const lost: MachineExit = { exitCode: 137, outOfMemory: false };

const pauseMs = 250;
/** An engine that restarts is back by then; one that isn't has taken its containers with it, or nobody will know. */
const patienceMs = 60_000;

async function readState(client: DockerClient, id: string): Promise<ContainerState> {
  return (await client.call<{ State: ContainerState }>('GET', `/containers/${id}/json`)).State;
}

/** Resolves when a container has ended, or is gone, or its engine has been out of reach for long. Never rejects. */
export async function waitForExit(client: DockerClient, id: string): Promise<MachineExit> {
  let waitedMs = 0;
  while (waitedMs <= patienceMs) {
    try {
      await client.call('POST', `/containers/${id}/wait`, { timeoutMs: Number.POSITIVE_INFINITY });
      const { Running, ExitCode, OOMKilled } = await readState(client, id);
      if (!Running) return { exitCode: ExitCode, outOfMemory: OOMKilled };
      waitedMs = 0;
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return lost;
      await sleep(pauseMs);
      waitedMs += pauseMs;
    }
  }
  return lost;
}
