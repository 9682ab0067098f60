import { CheckpointId } from '../../../contract/api/identifiers.ts';
import { UsageError } from '../usage-error.ts';
import type { Arguments } from './parse-arguments.ts';
import { oneSandboxId } from './sandbox-id.ts';
import { namedUser } from './user-id.ts';

/** A path of a sandbox as it is, or of a home as a checkpoint has it. */
export interface FilePlace {
  readonly kind: 'sandbox' | 'checkpoint';
  readonly id: string;
  readonly path: string | undefined;
  /** Whose checkpoint, where that is said. */
  readonly user: string | undefined;
}

/** The flag that goes with a place: a checkpoint's id doesn't say whose it is. */
export const ownerFlag = { user: { value: 'id', help: 'whose checkpoint, as service or admin' } } as const;

/** The id of either kind and the path that a verb was given. Throws UsageError. */
export function filePlace(args: Arguments): FilePlace {
  const [id, path, more] = args.positionals;
  if (more !== undefined) throw new UsageError(`unexpected argument "${more.slice(0, 60)}"`);
  const user = namedUser(args);
  if (id !== undefined && CheckpointId.safeParse(id).success) return { kind: 'checkpoint', id, path, user };
  if (user !== undefined) throw new UsageError('--user is of a checkpoint, ckp_…: a sandbox is found by its id');
  const sandboxId = oneSandboxId({ ...args, positionals: id === undefined ? [] : [id] });
  return { kind: 'sandbox', id: sandboxId, path, user };
}
