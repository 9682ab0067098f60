import { SandboxError } from '../contract/api/errors.ts';

/** Every option of a call by its name: one that is added and not named here doesn't compile. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/** Refuses an option that a call doesn't have: TypeScript tells before, JavaScript never would. Throws `invalid_request`. */
export function assertKnownOptions(options: object, known: Readonly<Record<string, true>>): void {
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  const [field, rule] = [unknown[0], `expected only ${Object.keys(known).join(', ')}`];
  throw new SandboxError('invalid_request', `unknown option ${field}: ${rule}`, { details: { field, rule } });
}
