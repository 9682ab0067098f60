import type { TaskStopCode } from '@aws-sdk/client-ecs';
import type { MachineExit } from '../../engines/engine.ts';
import type { StoredContainer } from './task-record.ts';

/** Why a task ends, in ECS's own words. */
export interface StopCause {
  readonly stopCode: TaskStopCode;
  readonly stoppedReason: string;
}

export const containerExited: StopCause = {
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
};

/** The machine under the task went away without a word: the service was killed. */
export const hostLost: StopCause = {
  stopCode: 'InfrastructureHealth',
  stoppedReason: 'The host of the task went away.',
};

/** The service is ending in good order. */
export const hostRetired: StopCause = {
  stopCode: 'TerminationNotice',
  stoppedReason: 'The host of the task is ending.',
};

/** A machine that could not be made. */
/** Capacity on Spot is taken away: SIGTERM now, the end in two minutes at the latest. */
export const spotInterrupted: StopCause = {
  stopCode: 'SpotInterruption',
  stoppedReason: 'Your Spot Task was interrupted.',
};

/** The reason of a task that never ran, as ECS says it, or any other failure of its start. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

/** Of a task that never ran, by what kept it from starting. */
export const failedToStart = (error: unknown): StopCause => ({
  stopCode: 'TaskFailedToStart',
  stoppedReason:
    error instanceof StartFailure
      ? error.message
      : `CannotStartContainerError: ${error instanceof Error ? error.message : String(error)}`,
});

/** What a container's end leaves to see: its exit code, and the reason where the kernel killed it for its memory. */
export const exitOf = ({ exitCode, outOfMemory }: MachineExit): Pick<StoredContainer, 'exitCode' | 'reason'> =>
  outOfMemory ? { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' } : { exitCode };
