import type { CommandHandle } from '../../commands/command-handle.ts';
import { commandIds } from '../arguments/sandbox-id.ts';
import { wholeNumber } from '../arguments/whole-number.ts';
import { noOutcome } from '../exit-code.ts';
import { runInteractive } from '../interact/run-interactive.ts';
import type { Terminal } from '../interact/terminal.ts';
import { openCommands, transportFlag } from '../open-commands.ts';
import { UsageError } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

// Of a terminal: about what a screen holds, the prompt at its end.
const shownAgainBytes = 2_048;

/** A program in full screen draws it anew when the size changes. */
async function redraw(handle: CommandHandle, terminal: Terminal): Promise<void> {
  const { rows, cols } = terminal.size;
  await handle.resize({ rows: rows > 1 ? rows - 1 : rows + 1, cols }, { signal: terminal.ending });
  await handle.resize({ rows, cols }, { signal: terminal.ending });
}

export const attach: Verb = {
  name: 'attach',
  usage: '<id> <command id> [flags]',
  summary: 'come back to a running command, with input and output',
  flags: {
    offset: { value: 'byte', help: 'show its output from there on; 0 = from the beginning (from now)' },
    ...transportFlag,
  },
  notes: [
    'In a terminal, "~." at the beginning of a line leaves it running again. Exit code: the command’s, as with exec.',
  ],
  failure: noOutcome,
  async run(args, terminal) {
    const { sandboxId, commandId } = commandIds(args);
    if (args.on('json')) throw new UsageError('--json is not for a terminal; matrx logs --follow has it');
    const offset = wholeNumber('offset', args.text('offset'));
    await using open = await openCommands(args, terminal, sandboxId);
    const handle = await open.commands.get(commandId, { signal: terminal.ending });
    const { tty, stdoutBytes, stderrBytes, outcome } = handle.info;
    if (tty && outcome === 'running') await redraw(handle, terminal);
    const now = { stdout: Math.max(0, stdoutBytes - (tty ? shownAgainBytes : 0)), stderr: stderrBytes };
    const from = offset === undefined ? now : { stdout: offset, stderr: 0 };
    return await runInteractive(handle, terminal, { from, tty });
  },
};
