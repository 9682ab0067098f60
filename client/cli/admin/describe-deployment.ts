import type { OutputOf } from '../../http/send/send.ts';
import { formatTable, printable } from '../output/table.ts';

/** The deployment in lines. */
export const describeDeployment = (state: OutputOf<'getDeployment'>): string => {
  const cap = state.daily_spend_cap_usd;
  return formatTable([
    ['new sandboxes', state.accepting ? 'accepted' : `refused: ${printable(state.reason ?? 'no reason given')}`],
    ['running', `${state.running_sandboxes}, ${state.usd_per_hour.toFixed(4)} USD an hour`],
    ['spent today', `${state.spent_today_usd.toFixed(4)} USD${cap === null ? ', no cap' : ` of at most ${cap}`}`],
    ['changed', state.changed_at === null ? 'never' : `${state.changed_at} by ${printable(state.changed_by ?? '-')}`],
  ]);
};
