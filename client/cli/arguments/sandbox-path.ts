import { UsageError } from '../usage-error.ts';
import type { Arguments } from './parse-arguments.ts';
import { oneSandboxId } from './sandbox-id.ts';

/** The sandbox id and the path in it that a verb was given. */
export function sandboxPath(args: Arguments): { readonly sandboxId: string; readonly path: string | undefined } {
  const [id, path, ...more] = args.positionals;
  if (more.length > 0) throw new UsageError(`unexpected argument "${more[0]?.slice(0, 60)}"`);
  return { sandboxId: oneSandboxId({ ...args, positionals: id === undefined ? [] : [id] }), path };
}
