import { openConnection } from '../../connection.ts';
import { type OutputOf, send } from '../../http/send/send.ts';
import { formatDuration } from '../arguments/duration.ts';
import { formatTable, printable } from '../output/table.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

type Sums = OutputOf<'getUsage'>['total'];

const row = (name: string, { sandboxes, sandbox_seconds, commands, usd }: Sums): string[] => [
  name,
  String(sandboxes),
  formatDuration(sandbox_seconds * 1_000),
  String(commands),
  usd.toFixed(4),
];

export const usage: Verb = {
  name: 'usage',
  usage: '[flags]',
  summary: 'show what sandboxes that have ended used and cost',
  flags: {
    from: { value: 'day', help: 'first day, as 2027-01-15 (29 days before the last)' },
    to: { value: 'day', help: 'last day, by UTC (today)' },
    by: { value: 'what', help: 'day, user, template, size, or label.<key> (day)' },
    user: { value: 'id', help: 'whose, as service or admin; without it everybody’s' },
  },
  async run(args, terminal) {
    if (args.positionals.length > 0) throw new UsageError(`unexpected argument "${args.positionals[0]}"`);
    const options = connectionOptions(args, terminal);
    const query = {
      from: args.text('from'),
      to: args.text('to'),
      group_by: args.text('by'),
      user_id: args.text('user'),
    };
    const told = await send(await openConnection(options), 'getUsage', { query }, options);
    const header = [told.group_by.toUpperCase(), 'SANDBOXES', 'TIME', 'COMMANDS', 'USD'];
    const rows = told.rows.map(({ key, ...sums }) => row(key === null ? '-' : printable(key), sums));
    await terminal.print(
      args.on('json') ? JSON.stringify(told) : formatTable([header, ...rows, row('total', told.total)]),
    );
    return 0;
  },
};
