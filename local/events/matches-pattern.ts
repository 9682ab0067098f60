/** A pattern of EventBridge, as far as the contract's rules go: each named field has one of the listed values. */
export type EventPattern = Readonly<Record<string, readonly string[]>>;

/** Whether every field that the pattern names has one of its values in the event. */
export const matchesPattern = (pattern: EventPattern, event: object): boolean =>
  Object.entries(pattern).every(([field, values]) => {
    const value: unknown = Object.hasOwn(event, field) ? event[field as keyof typeof event] : undefined;
    return values.some((wanted) => wanted === value);
  });
