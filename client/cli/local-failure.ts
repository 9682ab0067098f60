import { getSystemErrorMap } from 'node:util';

/** Something that this machine refused, as a file that can't be read. Exit code of the verb's failure. */
export class LocalFailure extends Error {
  override readonly name = 'LocalFailure';
}

/** What the machine said of a path, as it says it; undefined for anything else. */
export function localFailure(path: string, error: unknown): LocalFailure | undefined {
  if (!(error instanceof Error) || !('errno' in error) || typeof error.errno !== 'number') return undefined;
  return new LocalFailure(`${path}: ${getSystemErrorMap().get(error.errno)?.[1] ?? error.message}`, { cause: error });
}
