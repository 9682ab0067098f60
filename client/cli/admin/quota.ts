import { UserId } from '../../../contract/api/identifiers.ts';
import type { QuotaOverride } from '../../../contract/api/use/quota.ts';
import { type OutputOf, send } from '../../http/send/send.ts';
import type { Arguments } from '../arguments/parse-arguments.ts';
import { formatTable } from '../output/table.ts';
import { UsageError } from '../usage-error.ts';
import type { AdminCommand } from './admin-command.ts';

const flags = { live: 'live_sandboxes', creates: 'creates_per_minute', commands: 'commands_per_minute' } as const;

function overrideOf(args: Arguments): QuotaOverride | undefined {
  const given = Object.entries(flags).flatMap(([flag, name]) => {
    const text = args.text(flag);
    if (text === undefined) return [];
    if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${flag} is "${text.slice(0, 40)}", expected a number`);
    return [[name, Number(text)] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function describe({ quota, override }: OutputOf<'getQuota'>): string {
  const own = (name: keyof typeof quota) => (override?.[name] === undefined ? 'as everybody' : 'set for this user');
  const names = Object.values(flags);
  return formatTable(names.map((name) => [name.replaceAll('_', ' '), String(quota[name]), own(name)]));
}

export const quota: AdminCommand = {
  usage: '<user> [--live n] [--creates n] [--commands n] | --default',
  summary: 'show what a user may have and do, or set it',
  words: [1, 1],
  async run({ words: [user_id = ''], args, connection, signal }) {
    if (!UserId.safeParse(user_id).success) throw new UsageError(`"${user_id.slice(0, 60)}" is no user id`);
    const override = overrideOf(args);
    if (override && args.on('default')) throw new UsageError('expected --default or quotas, not both');
    const params = { user_id };
    const json = args.on('default')
      ? await send(connection, 'deleteQuota', { params }, { signal })
      : override
        ? await send(connection, 'putQuota', { params, body: override }, { signal })
        : await send(connection, 'getQuota', { params }, { signal });
    return { json, text: describe(json) };
  },
};
