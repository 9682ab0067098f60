import { CommandId, SandboxId } from '../../../contract/api/identifiers.ts';
import { UsageError } from '../usage-error.ts';
import type { Arguments } from './parse-arguments.ts';

/** The sandbox ids a verb was given, at least one. */
export function sandboxIds({ positionals }: Arguments): readonly string[] {
  if (positionals.length === 0) throw new UsageError('expected a sandbox id; matrx ls shows yours');
  const wrong = positionals.find((text) => !SandboxId.safeParse(text).success);
  if (wrong !== undefined) {
    throw new UsageError(
      `"${wrong.slice(0, 60)}" is no sandbox id, expected sbx_ and 26 characters; matrx ls shows yours`,
    );
  }
  return positionals;
}

/** The one sandbox id a verb was given. */
export function oneSandboxId(args: Arguments): string {
  const [id = '', ...more] = sandboxIds(args);
  if (more.length > 0) throw new UsageError(`expected one sandbox id, not ${more.length + 1}`);
  return id;
}

/** The sandbox id and the command id a verb was given. */
export function commandIds(args: Arguments): { readonly sandboxId: string; readonly commandId: string } {
  const [id, commandId, ...more] = args.positionals;
  if (commandId === undefined) {
    oneSandboxId(args);
    throw new UsageError(`expected a command id after the sandbox's; matrx ps ${id} shows them`);
  }
  if (more.length > 0) throw new UsageError(`unexpected argument "${more[0]?.slice(0, 60)}"`);
  if (!CommandId.safeParse(commandId).success) {
    throw new UsageError(
      `"${commandId.slice(0, 60)}" is no command id, expected cmd_ and 26 characters; matrx ps ${id} shows them`,
    );
  }
  return { sandboxId: oneSandboxId({ ...args, positionals: [id ?? ''] }), commandId };
}
