import * as z from 'zod';
import { PoolMemberId, TemplateName, Timestamp } from '../../../../contract/api/identifiers.ts';
import { sizeNames } from '../../../../contract/api/sandboxes/sizes.ts';
import type { Pool, PoolMember } from '../../../core/pool/ports.ts';
import { AssignedAgent, Task } from '../../../core/sandboxes/record.ts';

const Member = z.object({
  member_id: PoolMemberId,
  template: TemplateName,
  size: z.enum(sizeNames),
  place: z.number().int(),
  image: z.string(),
  created_at: Timestamp,
  task: Task.omit({ event_version: true }).nullable(),
  agent: AssignedAgent.nullable(),
});

type Place = Pick<PoolMember, 'template' | 'size' | 'place'>;

const pk = 'POOL';

export const poolKeys = {
  pk,
  member: ({ template, size, place }: Place) => ({ pk, sk: `${template}#${size}#${place}` }),
  prefix: ({ template, size }: Pick<Pool, 'template' | 'size'>) => `${template}#${size}#`,
  /** From a task to its member's place. */
  task: (taskId: string) => ({ pk: `TASK#${taskId}`, sk: 'POOL' }),
};

/** A member as the table holds it. */
export const memberItem = (member: PoolMember) => ({ ...poolKeys.member(member), ...member });

/** The member in an item, if there is one. */
export const memberOf = (item: Readonly<Record<string, unknown>> | undefined): PoolMember | undefined =>
  item && Member.parse(item);
