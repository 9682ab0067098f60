import { send } from '../../http/send/send.ts';
import { UsageError } from '../usage-error.ts';
import type { AdminCommand } from './admin-command.ts';

export const stopAll: AdminCommand = {
  usage: '<reason> --yes [--now]',
  summary: 'refuse new sandboxes and end every one there is, everybody’s',
  words: [1, 1],
  async run({ words: [reason = ''], args, connection, signal }) {
    if (!args.on('yes')) {
      throw new UsageError(
        `this ends the sandboxes of all users at ${connection.url}; expected --yes if that is meant`,
      );
    }
    const body = { reason, graceful: !args.on('now') };
    const json = await send(connection, 'stopAll', { body }, { signal });
    const rest = json.complete ? 'and no other is left' : 'and time ran out: call again';
    const failed = json.failed > 0 ? `, ${json.failed} could not be told` : '';
    return { json, text: `${json.stopping} are ending${failed}, ${rest}; matrx admin open accepts new ones again` };
  },
};
