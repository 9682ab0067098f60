import { adminGroup } from '../../../contract/api/doors.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { UserCaller } from '../caller.ts';

/** Throws `forbidden` unless an operator calls: a person of the group, or a service, whose policy has let it come here. */
export function assertOperator(caller: UserCaller): void {
  if (caller.kind === 'service' || caller.admin) return;
  throw new SandboxError('forbidden', `only members of the group ${adminGroup} may call this`, {
    details: { rule: `expected a member of ${adminGroup}` },
  });
}
