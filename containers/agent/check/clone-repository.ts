import type { Assignment } from '../../../contract/api/agent-reports.ts';
import { type GitSource, gitSeconds } from '../../../contract/api/sandboxes/git-source.ts';
import { Command, type CommandTools } from '../commands/command.ts';
import { prepareCommand } from '../commands/prepare-command.ts';

// The end says why: what git printed to stderr comes last.
const maxExcerpt = 4_000;

// A home that was restored may have the repository already. Nothing of a caller's is in the script itself.
const script = `path=$1 commit=$2 remote=$3; shift 3
[ -e "$path/.git" ] && exit 0
git "$@" || exit
[ -z "$remote" ] || git -C "$path" remote set-url "$(git -C "$path" remote)" "$remote" || exit
[ -z "$commit" ] || git -C "$path" checkout --quiet --detach "$commit"`;

const lastName = (url: string): string =>
  /([^/]+?)(?:\.git)?\/*$/.exec(new URL(url).pathname)?.[1]?.replace(/^-+/, '') || 'repository';

const isCommit = (ref: string | undefined): ref is string => ref !== undefined && /^[0-9a-f]{40}$/.test(ref);

/** The URL to remember in the place of one that has credentials, which would stay in the home and in what is saved of it. */
function withoutSecret(url: string): string | undefined {
  const clean = new URL(url);
  clean.password = '';
  // A token may be in the place of the name; to ssh the name is no secret.
  if (clean.protocol !== 'ssh:') clean.username = '';
  return clean.href === new URL(url).href ? undefined : clean.href;
}

/** Only what was checked: a server can't send the clone on to another kind of address. */
const protocols = ['https', 'ssh', 'git'].flatMap((name) => ['-c', `protocol.${name}.allow=always`]);

function cloneArguments({ url, ref, depth }: GitSource, path: string): string[] {
  const commit = isCommit(ref);
  return [
    ...['-c', 'protocol.allow=never', ...protocols, 'clone', '--quiet'],
    ...(depth === undefined || commit ? [] : ['--depth', String(depth)]),
    ...(ref === undefined || commit ? [] : ['--branch', ref]),
    ...(commit ? ['--no-checkout'] : []),
    ...['--', url, path],
  ];
}

/** What git says, without the credentials of the URL: it repeats them in forms of its own. */
function withoutCredentials(text: string, url: string): string {
  const { username, password } = new URL(url);
  const written = [`${username}:${password}`, password, decodeURIComponent(password)];
  const token = password === '' && username !== 'git' ? [username, decodeURIComponent(username)] : [];
  return [...written, ...token]
    .filter((secret) => secret.length > 1)
    .reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
}

/**
 * Clones the sandbox's repository as the sandbox's user. Answers what to say of its failure, with the end of what git printed, or
 * undefined when it is there. At most 4,096 characters, and no credentials.
 */
export async function cloneRepository(
  tools: CommandTools,
  home: string,
  assignment: Pick<Assignment, 'git' | 'sandbox_id' | 'user_id' | 'env'>,
): Promise<string | undefined> {
  const { git } = assignment;
  if (git === undefined) return undefined;
  const path = git.path ?? lastName(git.url);
  const commit = isCommit(git.ref) ? git.ref : '';
  const order = {
    command_id: 'git_clone',
    argv: ['bash', '-c', script, 'git', path, commit, withoutSecret(git.url) ?? '', ...cloneArguments(git, path)],
    env: { GIT_TERMINAL_PROMPT: '0', GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new' },
    timeout_seconds: gitSeconds,
  };
  await using command = await Command.start(prepareCommand(order, home, assignment), tools);
  const { outcome, exit_code, signal } = await command.ended;
  if (outcome === 'exited' && exit_code === 0) return undefined;
  const how = outcome === 'exited' ? `exited with ${exit_code}` : `${outcome} by ${signal}`;
  return `git clone ${how}\n${withoutCredentials(command.output.excerpt, git.url).slice(-maxExcerpt)}`;
}
