import { SandboxError } from '../../../../contract/api/errors.ts';

/** What a caller gets for a command that neither its sandbox nor the table knows. */
export const noSuchCommand = (commandId: string, cause?: unknown): SandboxError =>
  new SandboxError('not_found', `no command ${commandId}`, {
    details: { field: 'command_id', value: commandId },
    cause,
  });
