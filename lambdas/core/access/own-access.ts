import { SandboxError } from '../../../contract/api/errors.ts';
import type { AccessRecord, AccessRecords } from './ports.ts';

/** The grant of a sandbox whose caller is known to own it. Throws `not_found`. */
export async function ownAccess(
  access: Pick<AccessRecords, 'get'>,
  { sandbox_id, grant }: { readonly sandbox_id: string; readonly grant: string },
): Promise<AccessRecord> {
  const found = await access.get(sandbox_id, grant);
  if (found !== undefined) return found;
  throw new SandboxError('not_found', `no channel ${grant} to ${sandbox_id}`, {
    details: { field: 'grant', value: grant },
  });
}

/** Why a grant is of no more use. */
export const accessEnded = (grantId: string, why: string): SandboxError =>
  new SandboxError('access_ended', `${grantId} ${why}`, { details: { grant_id: grantId } });
