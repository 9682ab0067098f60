import { send } from '../../http/send/send.ts';
import { UsageError } from '../usage-error.ts';
import type { AdminCall, AdminCommand } from './admin-command.ts';
import { describeDeployment } from './describe-deployment.ts';

type Change = { accepting?: boolean; reason?: string; daily_spend_cap_usd?: number | null };

async function change({ connection, signal }: AdminCall, body: Change) {
  const json = await send(connection, 'patchDeployment', { body }, { signal });
  return { json, text: describeDeployment(json) };
}

export const status: AdminCommand = {
  usage: '',
  summary: 'whether sandboxes can be created, and what those that run cost',
  words: [0, 0],
  async run({ connection, signal }) {
    const json = await send(connection, 'getDeployment', {}, { signal });
    return { json, text: describeDeployment(json) };
  },
};

export const open: AdminCommand = {
  usage: '',
  summary: 'accept new sandboxes',
  words: [0, 0],
  run: (call) => change(call, { accepting: true }),
};

export const close: AdminCommand = {
  usage: '<reason>',
  summary: 'refuse new sandboxes; what runs goes on',
  words: [1, 1],
  run: (call) => change(call, { accepting: false, reason: call.words[0] ?? '' }),
};

export const cap: AdminCommand = {
  usage: '<dollars>|none',
  summary: 'refuse new sandboxes once a day has cost so much',
  words: [1, 1],
  async run(call) {
    const [text = ''] = call.words;
    if (text === 'none') return change(call, { daily_spend_cap_usd: null });
    if (!/^\d{1,7}(\.\d{1,6})?$/.test(text)) {
      throw new UsageError(`the cap is "${text.slice(0, 40)}", expected dollars, as 25 or 2.50, or none`);
    }
    return change(call, { daily_spend_cap_usd: Number(text) });
  },
};
