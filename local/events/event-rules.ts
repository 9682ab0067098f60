import type { EventPattern } from './matches-pattern.ts';

/** A function, and what calls it. */
type LocalRule = { readonly function: string } & (
  | { readonly pattern: EventPattern }
  | { readonly everyMinutes: number }
);

/** Rules by their names. */
export type LocalRules = Readonly<Record<string, LocalRule>>;
