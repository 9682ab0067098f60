import { SandboxId } from '../../../contract/api/identifiers.ts';
import { UsageError } from '../usage-error.ts';

/** One end of a copy: in a sandbox, or on this machine. */
export interface CopyPlace {
  readonly sandboxId: string | undefined;
  readonly path: string;
}

/** `sbx_…:path` or a path of this machine. An empty path in a sandbox is its home. */
export function copyPlace(text: string): CopyPlace {
  const colon = text.indexOf(':');
  const before = text.slice(0, Math.max(0, colon));
  if (SandboxId.safeParse(before).success) return { sandboxId: before, path: text.slice(colon + 1) || '.' };
  if (!before.startsWith('sbx_')) return { sandboxId: undefined, path: text };
  throw new UsageError(`"${before.slice(0, 60)}" is no sandbox id, expected sbx_ and 26 characters`);
}
