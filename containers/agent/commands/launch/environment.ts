import type { Assignment } from '../../../../contract/api/agent-reports.ts';

/** What of the assignment a command's environment shows. */
export type EnvironmentSource = Pick<Assignment, 'sandbox_id' | 'user_id' | 'env'>;

/** The one user that commands run as, in every image and engine. */
export const commandUser = { name: 'agent', uid: 1000, gid: 1000 } as const;

/**
 * The environment of a command, built from nothing: what a login has, who it is, then the sandbox's variables, then the
 * command's own. Nothing of the agent's environment is in it, and names that point at credentials can't come back in:
 * whoever wants `AWS_…` for a command of theirs sets it themselves.
 */
export function commandEnvironment(
  home: string,
  source: EnvironmentSource,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    HOME: home,
    USER: commandUser.name,
    LOGNAME: commandUser.name,
    SHELL: '/bin/bash',
    PATH: `${home}/.local/bin:/opt/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    LANG: 'C.UTF-8',
    SANDBOX_ID: source.sandbox_id,
    USER_ID: source.user_id,
    HOT_PATH: home,
    ...source.env,
    ...own,
  };
}
