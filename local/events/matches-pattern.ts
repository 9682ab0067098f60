/** A pattern of EventBridge, as far as the contract's rules go: each named field has one of the listed values. */
export type EventPattern = Readonly<Record<string, readonly string[]>>;

export const matchesPattern = (pattern: EventPattern, event: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(pattern).every(([field, values]) => values.some((value) => event[field] === value));
