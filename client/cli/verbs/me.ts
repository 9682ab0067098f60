import { Service } from '../../service.ts';
import { formatTable, printable } from '../output/table.ts';
import { connectionOptions, type Verb } from '../verb.ts';

export const me: Verb = {
  name: 'me',
  usage: '[flags]',
  summary: 'show who you are to the service, and your quota',
  flags: {},
  async run(args, terminal) {
    const options = connectionOptions(args, terminal);
    const service = await Service.connect(options);
    const who = await service.me(options);
    const rows = [
      ['service', service.url],
      ['kind', who.admin ? `${who.kind}, admin` : who.kind],
      ['principal', printable(who.principal)],
      ['acts for', who.user_id ?? 'any user'],
      ['scopes', who.scopes.map(printable).join(' ') || '-'],
      ['sandboxes', `${who.use?.live_sandboxes ?? '-'} of ${who.quota.live_sandboxes}`],
    ];
    await terminal.print(args.on('json') ? JSON.stringify(who) : formatTable(rows));
    return 0;
  },
};
