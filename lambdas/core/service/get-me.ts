import type { Answer, Call } from '../operation.ts';
import type { Deployment, SandboxRecords } from '../ports.ts';

/** Who the caller is, what it may, its quota and its use. */
export async function getMe(
  ports: { readonly records: Pick<SandboxRecords, 'countLive'>; readonly deployment: Deployment },
  { caller }: Call<'getMe'>,
): Promise<Answer<'getMe'>> {
  const quota = { live_sandboxes: ports.deployment.quotas.live_sandboxes_per_user };
  const { kind, principal } = caller;
  if (caller.kind === 'service')
    return { status: 200, body: { kind, principal, user_id: null, admin: false, scopes: [], quota, use: null } };
  const use = { live_sandboxes: await ports.records.countLive(principal) };
  const user_id = caller.admin ? null : principal;
  return {
    status: 200,
    body: { kind, principal, user_id, admin: caller.admin, scopes: [...caller.scopes], quota, use },
  };
}
