import { z } from 'zod';
import { occasionFields, occasionSchema, strikes } from '../../hazards/occasion.ts';
import { type Random, randomFor } from '../../hazards/random.ts';

/** The ways for a task to fail before it runs, and what ECS says then. */
const startFailures = {
  image: 'CannotPullContainerError: pull image manifest has been retried 5 time(s): image not found',
  network: 'InternalError: Unexpected EC2 error while attempting to Create Network Interface with public IP',
  resources:
    'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed',
} as const;

const startFailure = z.enum(Object.keys(startFailures) as [keyof typeof startFailures]);

/** How ECS and its tasks go wrong. Without any settings: as ECS, within its published rates and no worse. */
export const taskHazards = z
  .strictObject({
    /** Whether calls beyond ECS's published rates are refused. */
    throttling: z.boolean().default(true),
    /** vCPUs that run at once; ECS raises an account's with its use. @default without limit */
    vcpuQuota: z.number().min(0.25).optional(),
    /** How long a change of a task takes to be seen by DescribeTasks, ListTasks, StopTask and ExecuteCommand. */
    consistencyLagMs: z.int().min(0).default(0),
    /** RunTasks for which there is no capacity. */
    noCapacity: z.array(occasionSchema).default([]),
    /** Tasks that end before they run. */
    failToStart: z.array(z.strictObject({ reason: startFailure, ...occasionFields })).default([]),
    /** Tasks whose capacity is taken away, and how long after they run: those on Spot, or any. */
    spotNotices: z
      .array(
        z.strictObject({ afterMs: z.int().min(0), of: z.enum(['spot', 'any']).default('spot'), ...occasionFields }),
      )
      .default([]),
  })
  .prefault({});

/** What becomes of a task's events on their way. */
export const eventHazards = z
  .strictObject({
    /** The most that an event is late; each is so by a length of its own, so that they come in any order. */
    delayMs: z.int().min(0).default(0),
    /** How likely an event comes twice, 0 to 1. */
    doubled: z.number().min(0).max(1).default(0),
    /** How likely it never comes, 0 to 1. */
    lost: z.number().min(0).max(1).default(0),
  })
  .prefault({});

/** Asked at the moments at which a task could go wrong. */
export interface TaskFaults {
  isWithoutCapacity(): boolean;
  /** Why a task that is about to start doesn't; undefined when it does. */
  startFailure(): string | undefined;
  /** How long after it runs a task is told that its capacity goes; undefined when it stays. */
  spotNoticeMs(isSpot: boolean): number | undefined;
}

/** The misfortunes of one run, counted and drawn for all its tasks together. */
export function taskFaults(settings: z.output<typeof taskHazards>, seed: number): TaskFaults {
  const counted = <T extends z.output<typeof occasionSchema>>(label: string, all: readonly T[]) =>
    all.map((one, index) => ({ ...one, strikes: strikes(one, randomFor(seed, `${label} ${index}`)) }));
  const noCapacity = counted('noCapacity', settings.noCapacity);
  const failToStart = counted('failToStart', settings.failToStart);
  const spotNotices = counted('spotNotices', settings.spotNotices);
  return {
    isWithoutCapacity: () => noCapacity.some((one) => one.strikes()),
    startFailure() {
      const failure = failToStart.find((one) => one.strikes());
      return failure && startFailures[failure.reason];
    },
    spotNoticeMs: (isSpot) => spotNotices.find(({ of, strikes }) => (isSpot || of === 'any') && strikes())?.afterMs,
  };
}

/** The fates of events. */
export interface EventFaults {
  delayMs(): number;
  isDoubled(): boolean;
  isLost(): boolean;
}

/** The fates of one run's events, drawn for all of them together. */
export function eventFaults({ delayMs, doubled, lost }: z.output<typeof eventHazards>, seed: number): EventFaults {
  const [late, twice]: [Random, Random] = [randomFor(seed, 'late events'), randomFor(seed, 'doubled events')];
  const never = randomFor(seed, 'lost events');
  return {
    delayMs: () => Math.floor(late() * delayMs),
    isDoubled: () => twice() < doubled,
    isLost: () => never() < lost,
  };
}
