import type { Assignment } from '../../../../contract/api/agent-reports.ts';

/** What of the assignment a command's environment shows. */
export type EnvironmentSource = Pick<Assignment, 'sandbox_id' | 'user_id' | 'env'>;

/** The user that commands run as, in every image and engine, unless the deployment allows root and the order asks for it. */
export const commandUser = { name: 'agent', uid: 1000, gid: 1000 } as const;

/** What programs on a terminal are told of it, unless the order says otherwise. */
export const terminalName = { TERM: 'xterm-256color' } as const;

interface Person {
  readonly name: string;
  readonly home: string;
}

/** Who runs a command, and where it starts. Root, without its capabilities, can't enter a home that is another's. */
export const personOf = (user: 'agent' | 'root', home: string): Person =>
  user === 'root' ? { name: 'root', home: '/root' } : { name: commandUser.name, home };

/**
 * The environment of a command, built from nothing: what a login has, who it is, then the sandbox's variables, then the
 * command's own. Nothing of the agent's environment is in it, and names that point at credentials can't come back in:
 * whoever wants `AWS_…` for a command of theirs sets it themselves.
 */
export function commandEnvironment(
  home: string,
  source: EnvironmentSource,
  own: Readonly<Record<string, string>>,
  { user = 'agent', terminal = false }: { readonly user?: 'agent' | 'root'; readonly terminal?: boolean } = {},
): Record<string, string> {
  const person = personOf(user, home);
  return {
    HOME: person.home,
    USER: person.name,
    LOGNAME: person.name,
    SHELL: '/bin/bash',
    PATH: `${person.home}/.local/bin:/opt/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    LANG: 'C.UTF-8',
    ...(terminal && terminalName),
    SANDBOX_ID: source.sandbox_id,
    USER_ID: source.user_id,
    HOT_PATH: home,
    ...source.env,
    ...own,
  };
}
