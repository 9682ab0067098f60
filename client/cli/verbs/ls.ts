import { statuses } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { Sandbox } from '../../sandbox.ts';
import type { SandboxInfo } from '../../sandbox-info.ts';
import { formatDuration } from '../arguments/duration.ts';
import { parseKeyValues } from '../arguments/key-values.ts';
import { oneOf } from '../arguments/one-of.ts';
import { formatTable, printable } from '../output/table.ts';
import { UsageError } from '../usage-error.ts';
import { connectionOptions, type Verb } from '../verb.ts';

const header = ['ID', 'STATUS', 'USER', 'TEMPLATE', 'SIZE', 'AGE', 'ENDS IN', 'LABELS'];

function row(info: SandboxInfo, now: number): string[] {
  const labels = Object.entries(info.labels).map(([key, value]) => `${key}=${value}`);
  return [
    info.sandboxId,
    info.status,
    info.userId,
    info.template,
    info.size.name,
    formatDuration(now - info.createdAt.getTime()),
    info.endedAt ? '-' : formatDuration(info.expiresAt.getTime() - now),
    printable(labels.join(' ')),
  ];
}

export const ls: Verb = {
  name: 'ls',
  usage: '[flags]',
  summary: 'list sandboxes, newest first',
  flags: {
    status: { value: 'status', help: statuses.join(', ') },
    label: { value: 'key=value', multiple: true, help: 'only those with it; repeatable, each must match' },
    user: { value: 'id', help: 'whose, as service or admin' },
  },
  async run(args, terminal) {
    if (args.positionals.length > 0) throw new UsageError(`unexpected argument "${args.positionals[0]}"`);
    const found: Sandbox[] = [];
    const filter = {
      status: oneOf('status', args.text('status'), statuses),
      labels: parseKeyValues('label', args.all('label')),
      userId: args.text('user'),
      pageSize: 100,
    };
    for await (const sandbox of Sandbox.list({ ...connectionOptions(args, terminal), ...filter })) found.push(sandbox);
    if (args.on('json')) await terminal.print(JSON.stringify({ sandboxes: found }));
    else if (found.length > 0)
      await terminal.print(formatTable([header, ...found.map(({ info }) => row(info, Date.now()))]));
    else await terminal.say('no sandboxes; matrx create makes one');
    return 0;
  },
};
