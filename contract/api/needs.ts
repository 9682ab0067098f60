/** What a route may need of AWS. Granted from this list and nowhere else. */
export const needs = {
  'records:read': 'read the table and its indexes',
  'records:write': 'write the table, conditionally',
  'tasks:run': 'start a task of our definitions in our cluster, with our two roles',
  'tasks:stop': 'stop a task of our cluster',
  'tasks:read': 'list and describe the tasks of our cluster',
  'events:put': 'tell of transitions on the default event bus',
  'channels:open': 'start an ECS Exec session in a task of our cluster',
  'channels:resume': 'go on with a session whose connection was lost',
  'channels:close': 'end a session that ECS Exec started',
  'logs:read': 'read the log of our containers',
  'homes:find': 'read which checkpoints homes have, and whether the bucket answers',
  'homes:retain': 'say which checkpoints homes keep',
  'storage:read': 'read and list homes, cold files and transfers',
  'outputs:read': 'read what commands printed, where agents have stored it',
  'outputs:delete': 'remove what commands printed',
  'storage:delete': 'remove homes, cold files and transfers',
  'storage:transfer': 'put, get and remove files on their way into and out of sandboxes',
  'storage:delegate': 'give agents sessions of the storage role, each for one user',
} as const;

export type Need = keyof typeof needs;

/** What it takes to reach the agent of a sandbox. */
export const channelNeeds = [
  'records:read',
  'records:write',
  'tasks:read',
  'channels:open',
  'channels:resume',
  'channels:close',
] as const satisfies readonly Need[];
