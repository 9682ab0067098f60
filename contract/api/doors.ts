/** The ways in. A route is reachable through the doors its row names, and each door knows one kind of caller. */
export const doors = {
  open: { prefix: '', callers: 'anybody', authorization: 'NONE' },
  person: { prefix: '/v1', callers: 'a person with a Cognito access token', authorization: 'COGNITO_USER_POOLS' },
  service: { prefix: '/iam/v1', callers: 'a service of the account, by SigV4', authorization: 'AWS_IAM' },
  agent: {
    prefix: '/agent/v1',
    callers: 'the agent of a sandbox, by SigV4 with the task role',
    authorization: 'AWS_IAM',
  },
} as const;

export type Door = keyof typeof doors;

/** The doors of what people and services can do alike. */
export const userDoors = ['person', 'service'] as const satisfies readonly Door[];

/** OAuth scopes of an access token, as the resource server names them. */
export const scopes = {
  'matrx/sandbox.read': 'see sandboxes and their outcomes',
  'matrx/sandbox.write': 'create, change and delete sandboxes',
  'matrx/sandbox.exec': 'run commands in sandboxes',
} as const;

export type Scope = keyof typeof scopes;

/** The Cognito group whose members may act for every user. */
export const adminGroup = 'matrx-admin';
