import { parseKeyValues } from '../arguments/key-values.ts';
import { oneOf } from '../arguments/one-of.ts';
import { oneSandboxId } from '../arguments/sandbox-id.ts';
import { hangUp, noOutcome } from '../exit-code.ts';
import { runInteractive } from '../interact/run-interactive.ts';
import { Interruption } from '../interact/terminal.ts';
import { terminalEnvironment } from '../interact/terminal-environment.ts';
import { openCommands, transportFlag } from '../open-commands.ts';
import { UsageError } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

export const shell: Verb = {
  name: 'shell',
  usage: '<id> [flags]',
  summary: 'open a shell in a sandbox, in this terminal',
  flags: {
    cwd: { value: 'path', help: 'where it begins; relative to the home (the home)' },
    env: { value: 'NAME=VALUE', multiple: true, help: 'repeatable' },
    user: { value: 'name', help: 'agent, or root where the deployment allows it (agent)' },
    ...transportFlag,
  },
  notes: [
    'It goes on over a cut connection. "~." at the beginning of a line leaves it running and says how to come back;',
    'closing the terminal ends it. Exit code: the shell’s own, as with exec.',
  ],
  failure: noOutcome,
  async run(args, terminal) {
    const id = oneSandboxId(args);
    if (args.command) throw new UsageError(`a command to run is for exec: matrx exec -it ${id} -- …`);
    if (args.on('json')) throw new UsageError('--json is not for a terminal; matrx exec has it');
    const user = oneOf('user', args.text('user'), ['agent', 'root'] as const);
    const env = { ...terminalEnvironment(), ...parseKeyValues('env', args.all('env')) };
    await using open = await openCommands(args, terminal, id);
    const handle = await open.commands.start(['bash', '-l'], {
      tty: terminal.size,
      cwd: args.text('cwd'),
      env,
      user,
      signal: terminal.ending,
    });
    try {
      return await runInteractive(handle, terminal, { tty: true });
    } catch (error) {
      if (error instanceof Interruption && error.exitCode === hangUp)
        await handle.signal('SIGHUP', { escalateAfterMs: 5_000 }).catch(() => undefined);
      throw error;
    }
  },
};
