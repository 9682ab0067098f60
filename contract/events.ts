/** How others find the transitions of sandboxes among the events of the account's default bus. */
export const transitionEvent = {
  source: 'matrx.sandbox',
  detailType: 'Sandbox State Change',
} as const;
