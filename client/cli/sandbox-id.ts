import { SandboxId } from '../../contract/api/identifiers.ts';
import type { Arguments } from './arguments/parse-arguments.ts';
import { UsageError } from './usage-error.ts';

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
