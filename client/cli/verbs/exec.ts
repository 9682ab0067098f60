import { SandboxId } from '../../../contract/api/identifiers.ts';
import { Commands } from '../../commands/commands.ts';
import { openConnection } from '../../connection.ts';
import { parseDuration } from '../arguments/duration.ts';
import { parseKeyValues } from '../arguments/key-values.ts';
import { oneOf } from '../arguments/one-of.ts';
import type { Arguments } from '../arguments/parse-arguments.ts';
import { oneSandboxId } from '../arguments/sandbox-id.ts';
import { noOutcome } from '../exit-code.ts';
import { runInteractive } from '../interact/run-interactive.ts';
import type { Terminal } from '../interact/terminal.ts';
import { terminalEnvironment } from '../interact/terminal-environment.ts';
import { openCommands, transportFlag } from '../open-commands.ts';
import { readStdin } from '../read-stdin.ts';
import { type CommandLine, runForeground } from '../run-foreground.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

/** The sandbox a command is for: what follows its id without `--` was most likely meant as the command. */
function idOf(args: Arguments): string {
  const [id = '', program, ...more] = args.positionals;
  if (program === undefined || args.command !== undefined || SandboxId.safeParse(program).success)
    return oneSandboxId(args);
  const words = [program, ...more].join(' ').slice(0, 60);
  throw new UsageError(
    `expected a command after --: matrx exec ${oneSandboxId({ ...args, positionals: [id] })} -- ${words}`,
  );
}

function commandOf(args: Arguments): string | readonly string[] {
  const [script, argv] = [args.text('command'), args.command];
  if (script !== undefined && argv !== undefined) throw new UsageError('expected one of -c and a command after --');
  if (script !== undefined) return script;
  if (argv === undefined || argv.length === 0) {
    throw new UsageError('expected a command: matrx exec <id> -- npm test, or -c "npm test | tail"');
  }
  return argv;
}

const commandLine = (args: Arguments): CommandLine => ({
  command: commandOf(args),
  settings: {
    cwd: args.text('cwd'),
    env: parseKeyValues('env', args.all('env')),
    session: args.text('session'),
    user: oneOf('user', args.text('user'), ['agent', 'root'] as const),
    keepOutput: args.on('keep-output') || undefined,
    timeoutMs: parseDuration('timeout', args.text('timeout')),
  },
});

/** Refuses flags that contradict each other. */
function checkFlags(args: Arguments): void {
  const given = (...flags: string[]) => flags.filter((flag) => args.on(flag));
  const ways = given('detach', 'stdin', 'interactive');
  if (ways.length > 1) throw new UsageError(`expected one of --${ways.join(' and --')}`);
  if (args.on('detach') && args.on('tty')) throw new UsageError('expected one of --detach and --tty');
  if (args.on('stdin') && args.on('tty')) throw new UsageError('expected --interactive with --tty, not --stdin');
  const [live] = given('interactive', 'tty');
  if (live && args.on('json')) throw new UsageError(`--json is not for --${live}`);
}

async function startDetached(args: Arguments, id: string, terminal: Terminal): Promise<number> {
  const options = connectionOptions(args, terminal);
  const { command, settings } = commandLine(args);
  const commands = new Commands(await openConnection(options), id);
  const handle = await commands.start(command, { ...settings, signal: options.signal });
  await terminal.print(args.on('json') ? JSON.stringify(handle) : handle.commandId);
  return 0;
}

async function joinTerminal(args: Arguments, id: string, terminal: Terminal): Promise<number> {
  const { command, settings } = commandLine(args);
  const tty = args.on('tty');
  await using open = await openCommands(args, terminal, id);
  const handle = await open.commands.start(command, {
    ...settings,
    ...(tty ? { tty: terminal.size, env: { ...terminalEnvironment(), ...settings.env } } : {}),
    stdin: true,
    signal: terminal.ending,
  });
  return await runInteractive(handle, terminal, { tty });
}

export const exec: Verb = {
  name: 'exec',
  usage: '<id> [flags] -- <program> [arguments]',
  summary: 'run a command in a sandbox; its output and exit code are yours',
  flags: {
    command: { short: 'c', value: 'script', help: 'run by bash -lc, in the place of a program after --' },
    interactive: { short: 'i', help: 'give it the standard input as it comes' },
    tty: { short: 't', help: 'run it in a terminal, which becomes this one; with -i' },
    detach: { short: 'd', help: 'print its id and leave it running' },
    stdin: { help: 'give it the standard input, all at once, at most 1 MB (nothing)' },
    cwd: { value: 'path', help: 'where it runs; relative to the home (the home)' },
    env: { value: 'NAME=VALUE', multiple: true, help: 'repeatable' },
    session: { value: 'name', help: 'share working directory and variables with the others of this name' },
    user: { value: 'name', help: 'agent, or root where the deployment allows it (agent)' },
    timeout: { value: 'time', help: 'ends it then: 90s, 15m, 2h (60s; none with -i, -t and -d)' },
    'keep-output': { help: 'keep its whole output in storage when it ends' },
    ...transportFlag,
  },
  notes: [
    'Exit code: the command’s own; 128 + n when signal n ended it; 124 when its time ran out; 137 when memory did;',
    `${noOutcome} when it was killed or lost, or the service failed. Ctrl-C stops waiting, not the command; in a terminal`,
    'it is the command’s, and "~." at the beginning of a line leaves it running.',
  ],
  failure: noOutcome,
  async run(args, terminal) {
    const id = idOf(args);
    checkFlags(args);
    if (args.on('detach')) return startDetached(args, id, terminal);
    if (args.on('interactive') || args.on('tty')) return joinTerminal(args, id, terminal);
    const { command, settings } = commandLine(args);
    const options = connectionOptions(args, terminal);
    const stdin = args.on('stdin') ? await readStdin(terminal.stdin) : undefined;
    const commands = new Commands(await openConnection(options), id);
    return runForeground(
      commands,
      { command, settings: { ...settings, stdin } },
      { id, json: args.on('json'), terminal },
    );
  },
};
