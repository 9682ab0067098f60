import { send } from '../../http/send/send.ts';
import { formatTable } from '../output/table.ts';
import type { AdminCommand } from './admin-command.ts';

const hoursOfMonth = 730;

export const pool: AdminCommand = {
  usage: '',
  summary: 'machines that wait for sandboxes, and what they cost',
  words: [0, 0],
  async run({ connection, signal }) {
    const json = await send(connection, 'getPools', {}, { signal });
    if (json.pools.length === 0) return { json, text: 'no machines wait: this deployment has no pool' };
    const head = ['template', 'size', 'wanted', 'idle', 'starting', 'USD an hour', 'USD a month'];
    const rows = json.pools.map(({ template, size, count, idle, starting, usd_per_hour }) => [
      template,
      size,
      String(count),
      String(idle),
      String(starting),
      usd_per_hour.toFixed(4),
      (usd_per_hour * hoursOfMonth).toFixed(2),
    ]);
    return { json, text: formatTable([head, ...rows]) };
  },
};
