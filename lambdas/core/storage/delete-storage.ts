import { SandboxError } from '../../../contract/api/errors.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Clock } from '../../../contract/clock.ts';
import { homeKeys } from '../../../contract/home/keys.ts';
import type { Answer, Call } from '../operation.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import { timeFor } from '../time-limit.ts';
import { assertOwnStorage } from './own-storage.ts';
import type { StoredObjects } from './ports.ts';
import { tierPrefix } from './tier-prefix.ts';

export interface DeletePorts {
  readonly records: Pick<SandboxRecords, 'countLive'>;
  readonly objects: Pick<StoredObjects, 'list' | 'remove'>;
  readonly clock: Clock;
}

const removeMs = limits.storageSeconds * 1_000;
// What is left is counted for a moment only: the caller calls again in any case.
const countMs = 5_000;

function assertConfirmed({ params, query }: Call<'deleteStorage'>): void {
  if (query.confirm === params.user_id) return;
  const rule = `expected ${params.user_id}, the user whose storage is removed`;
  throw new SandboxError('invalid_request', `confirm is another user, ${rule}`, {
    details: { field: 'query.confirm', value: query.confirm, rule },
  });
}

/** A sandbox that lives may save at any moment what is removed here. */
async function assertUnused({ records }: DeletePorts, userId: string): Promise<void> {
  const live = await records.countLive(userId);
  if (live === 0) return;
  throw new SandboxError('conflict', `${userId} has ${live} sandboxes that use it: end them first`, {
    details: { field: 'user_id', value: userId, rule: 'expected a user without a live sandbox' },
  });
}

async function sum({ objects, clock }: DeletePorts, prefix: string) {
  const hasTime = timeFor(countMs, clock);
  const left = { bytes: 0, objects: 0 };
  let after: string | undefined;
  for (;;) {
    const page = await objects.list(prefix, after);
    for (const { size } of page.objects) left.bytes += size;
    left.objects += page.objects.length;
    after = page.objects.at(-1)?.key;
    if (!page.more || !hasTime()) return { ...left, exact: !page.more };
  }
}

/**
 * Removes all that a user has in a tier, for a bounded time; the answer says what is left. Of a home first what names it, so that it
 * is gone whole and at once. Throws `not_found`, `conflict` while a sandbox of the user lives, `storage_unavailable`.
 */
export async function deleteStorage(ports: DeletePorts, call: Call<'deleteStorage'>): Promise<Answer<'deleteStorage'>> {
  const { caller, params, note, signal } = call;
  const { user_id: userId, tier } = params;
  assertOwnStorage(caller, userId);
  assertConfirmed(call);
  const hasTime = timeFor(removeMs, ports.clock);
  const prefix = tierPrefix(userId, tier);
  const removed = { bytes: 0, objects: 0 };
  let more: boolean;
  do {
    const page = await ports.objects.list(prefix, undefined);
    await assertUnused(ports, userId);
    if (tier === 'hot') await ports.objects.remove([homeKeys(userId).head]);
    await ports.objects.remove(page.objects.map(({ key }) => key));
    for (const { size } of page.objects) removed.bytes += size;
    removed.objects += page.objects.length;
    more = page.more;
  } while (more && hasTime() && !signal.aborted);
  note({ userId, tier, objects: removed.objects, bytes: removed.bytes, complete: !more });
  const left = more ? await sum(ports, prefix) : { bytes: 0, objects: 0, exact: true };
  return { status: 200, body: { tier, removed, complete: !more, left } };
}
