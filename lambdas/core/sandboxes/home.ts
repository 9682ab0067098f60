/** The home inside a sandbox, where commands start. */
export const homePath = '/home/agent';
