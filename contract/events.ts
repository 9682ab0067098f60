/** How others find the transitions of sandboxes among the events of the account's default bus. */
export const transitionEvent = {
  source: 'matrx.sandbox',
  detailType: 'Sandbox State Change',
} as const;

/** That a pool has one machine less, and may be filled again. */
export const poolTakenEvent = {
  source: transitionEvent.source,
  detailType: 'Sandbox Pool Member Taken',
} as const;
