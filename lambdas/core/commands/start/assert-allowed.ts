import { SandboxError } from '../../../../contract/api/errors.ts';

interface Wishes {
  readonly user?: 'agent' | 'root' | undefined;
  readonly keep_output: boolean;
}

/** Throws `forbidden` for root where the deployment doesn't allow it, and refuses what no part of the service can do. */
export function assertAllowed(
  { user, keep_output }: Wishes,
  { rootCommands }: { readonly rootCommands: boolean },
): void {
  if (user === 'root' && !rootCommands)
    throw new SandboxError('forbidden', 'this deployment runs no commands as root', {
      details: { field: 'user', value: 'root', rule: 'expected rootCommands: true in the deployment, or agent' },
    });
  if (keep_output)
    throw new SandboxError('invalid_request', 'output is not kept in storage', {
      details: { field: 'keep_output', value: 'true', rule: 'expected false, or no keep_output' },
    });
}
