import type { CommandHandle } from '../../commands/command-handle.ts';
import type { CommandInfo } from '../../commands/command-info.ts';
import { Commands } from '../../commands/commands.ts';
import { openConnection } from '../../connection.ts';
import { formatDuration } from '../arguments/duration.ts';
import { oneSandboxId } from '../arguments/sandbox-id.ts';
import { formatTable, printable } from '../output/table.ts';
import { connectionOptions, type Verb } from '../verb.ts';

const header = ['ID', 'OUTCOME', 'EXIT', 'STARTED', 'TIME', 'USER', 'SESSION', 'COMMAND'];
const longestCommand = 60;

function row(info: CommandInfo): string[] {
  return [
    info.commandId,
    info.outcome,
    info.exitCode === null ? (info.signal ?? '-') : String(info.exitCode),
    info.startedAt.toISOString().slice(0, 19),
    formatDuration(info.durationMs),
    info.user,
    info.session ?? '-',
    printable(info.command ?? '-').slice(0, longestCommand),
  ];
}

export const ps: Verb = {
  name: 'ps',
  usage: '<id> [flags]',
  summary: 'list the commands of a sandbox, newest first',
  flags: { all: { short: 'a', help: 'those that have ended too, also after the sandbox has (only those that run)' } },
  async run(args, terminal) {
    const id = oneSandboxId(args);
    const options = connectionOptions(args, terminal);
    const state = args.on('all') ? 'all' : 'running';
    const commands = new Commands(await openConnection(options), id);
    const found: CommandHandle[] = [];
    for await (const handle of commands.list({ state, pageSize: 100, signal: options.signal })) found.push(handle);
    if (args.on('json')) await terminal.print(JSON.stringify({ commands: found }));
    else if (found.length > 0) await terminal.print(formatTable([header, ...found.map(({ info }) => row(info))]));
    else await terminal.say(state === 'running' ? 'nothing runs; --all shows what has ended' : 'no commands');
    return 0;
  },
};
