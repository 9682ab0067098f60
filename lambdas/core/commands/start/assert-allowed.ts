import { SandboxError } from '../../../../contract/api/errors.ts';

/** Throws `forbidden` for root where the deployment doesn't allow it. */
export function assertAllowed(
  { user }: { readonly user?: 'agent' | 'root' | undefined },
  { rootCommands }: { readonly rootCommands: boolean },
): void {
  if (user === 'root' && !rootCommands)
    throw new SandboxError('forbidden', 'this deployment runs no commands as root', {
      details: { field: 'user', value: 'root', rule: 'expected rootCommands: true in the deployment, or agent' },
    });
}
