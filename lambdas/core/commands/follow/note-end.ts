import type { CommandEvent } from '../../../../contract/agent/command-frames.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';

type Note = (facts: Readonly<Record<string, string | number | null>>) => void;

/** Puts how a followed command ended, or why following it did, into the record of the call. */
export const noteEnd =
  (note: Note) =>
  (end: CommandEvent | SandboxError): void => {
    if (end instanceof SandboxError) note({ code: end.code });
    else if (end.kind === 'finished') note({ commandOutcome: end.outcome.outcome, exitCode: end.outcome.exit_code });
  };
