import { z } from 'zod';
import { databaseHazards } from '../dynamodb/database-hazards.ts';
import { eventHazards, taskHazards } from '../ecs/tasks/task-hazards.ts';
import { functionHazards } from '../lambda/function-hazards.ts';
import { storageHazards } from '../s3/hazards/storage-hazards.ts';
import { ServiceError } from '../service/service-error.ts';
import { sessionHazards } from '../ssm/hazards/session-hazards.ts';
import { callFault } from './call-faults.ts';

/**
 * What can go wrong in the stand-ins, a switch for each hazard. Without any settings they are as AWS is: its limits and
 * quirks are there, and nothing fails that AWS's own wouldn't let fail on a good day.
 */
const hazards = z.strictObject({
  /** Of all that is left to chance. The same seed and the same calls meet the same fates. */
  seed: z.int().min(0).default(1),
  sessions: sessionHazards,
  tasks: taskHazards,
  events: eventHazards,
  calls: z.array(callFault).default([]),
  database: databaseHazards,
  storage: storageHazards,
  functions: functionHazards,
});

export type HazardSettings = z.input<typeof hazards>;
export type Hazards = z.output<typeof hazards>;

/** Settings with everything they leave out. Throws ServiceError naming what is wrong, its value, and the rule. */
export function readHazards(settings: unknown = {}): Hazards {
  const parsed = hazards.safeParse(settings);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const value = path.reduce<unknown>((inner, name) => (inner as Record<PropertyKey, unknown>)?.[name], settings);
  throw new ServiceError(
    `of the hazards, ${path.join('.') || 'the whole'} is ${JSON.stringify(value)}: ${issue?.message}`,
    'see docs/hazards.md',
    parsed.error,
  );
}
