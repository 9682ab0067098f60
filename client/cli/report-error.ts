import { errorBody } from '../../contract/api/error-body.ts';
import { SandboxError } from '../../contract/api/errors.ts';
import { Interruption, type Terminal } from './interact/terminal.ts';
import { LocalFailure } from './local-failure.ts';
import { printable } from './output/table.ts';
import { UsageError } from './usage-error.ts';

/** Says what went wrong on stderr, with what to do next, and gives the exit code for it. */
export async function reportError(
  error: unknown,
  { json, failure }: { readonly json: boolean; readonly failure: number },
  terminal: Terminal,
): Promise<number> {
  if (error instanceof Interruption) return error.exitCode;
  if (error instanceof UsageError) {
    await terminal.say(`matrx: ${printable(error.message)}`);
    return 2;
  }
  if (error instanceof LocalFailure) {
    await terminal.say(`matrx: ${printable(error.message)}`);
    return failure;
  }
  if (!(error instanceof SandboxError)) {
    // Nothing that should happen: the stack is what a report of it needs.
    await terminal.say(`matrx: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return failure;
  }
  if (json) {
    await terminal.say(JSON.stringify(errorBody(error, error.requestId ?? '')));
    return failure;
  }
  const request = error.requestId ? ` [${printable(error.requestId)}]` : '';
  await terminal.say(
    `${terminal.style('stderr', 'red', 'matrx:')} ${printable(error.message)} (${error.code})${request}`,
  );
  await terminal.say(`${terminal.style('stderr', 'dim', 'hint:')}  ${printable(error.hint)}`);
  return failure;
}
