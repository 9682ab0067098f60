/** The home inside a sandbox, where commands start. */
export const homePath = '/home/agent';

/** Where cold files are said to be, in sandboxes that have them. */
export const coldPath = '/data/cold';
