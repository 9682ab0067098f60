import * as z from 'zod';
import type { HasTime } from '../../time-limit.ts';
import { applyRetention } from './apply-retention.ts';
import { collectHome } from './collect-home.ts';
import type { Tidied, TidyPorts } from './ports.ts';

const cursor = 'homes';
const dayMs = 86_400_000;

/** How far the walk of a day has come: behind this user, or at its end. */
const Walk = z.object({ startedMs: z.number(), after: z.string().optional(), done: z.boolean() });
type Walk = z.infer<typeof Walk>;

function begun(text: string | undefined, nowMs: number): Walk {
  const walk = text === undefined ? undefined : Walk.parse(JSON.parse(text));
  const isOver = walk === undefined || (walk.done && nowMs - walk.startedMs >= dayMs);
  return isOver ? { startedMs: nowMs, done: false } : walk;
}

const nothing: Tidied = { checkpointsDropped: 0, objectsRemoved: 0, bytesRemoved: 0 };

/** Applies the retention to one home and collects what it no longer names. What is wrong with it is logged, and others go on. */
async function tidyHome(ports: TidyPorts, userId: string, hasTime: HasTime): Promise<Tidied> {
  try {
    const retained = await applyRetention(ports, userId);
    if (retained === undefined) return nothing;
    const { head, dropped } = retained === 'no head' ? { head: undefined, dropped: 0 } : retained;
    return { checkpointsDropped: dropped, ...(await collectHome(ports, userId, head, hasTime)) };
  } catch (error) {
    ports.log.error('storage', { event: 'home.tidy', outcome: 'failed', userId, error });
    return nothing;
  }
}

const plus = (left: Tidied, right: Tidied): Tidied => ({
  checkpointsDropped: left.checkpointsDropped + right.checkpointsDropped,
  objectsRemoved: left.objectsRemoved + right.objectsRemoved,
  bytesRemoved: left.bytesRemoved + right.bytesRemoved,
});

/**
 * Goes through the homes of all users, once a day and as far as the time allows; the next run goes on. A home that takes longer than
 * a run, or more memory than one has, keeps no other waiting: it is gone on with on the next day.
 */
export async function tidyHomes(ports: TidyPorts, hasTime: HasTime): Promise<void> {
  const { objects, cursors, clock, log } = ports;
  let walk = begun(await cursors.read(cursor), clock.now());
  let sums = nothing;
  let homes = 0;
  while (!walk.done && hasTime()) {
    const page = await objects.users(walk.after);
    for (const userId of page.userIds) {
      if (!hasTime()) break;
      walk = { ...walk, after: userId };
      // Before the home is looked into: whoever writes one that a run dies of keeps no other from being tidied.
      await cursors.write(cursor, JSON.stringify(walk));
      sums = plus(sums, await tidyHome(ports, userId, hasTime));
      homes += 1;
    }
    const isLast = !page.more && walk.after === (page.userIds.at(-1) ?? walk.after);
    walk = { ...walk, done: isLast };
    await cursors.write(cursor, JSON.stringify(walk));
  }
  log.info('storage', { event: 'storage.tidy', outcome: 'ok', homes, done: walk.done, ...sums });
}
