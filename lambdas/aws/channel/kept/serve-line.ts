import type { Clock } from '../../../../contract/clock.ts';
import type { OfferedOrders } from '../../dynamodb/slots/offered-orders.ts';
import type { SlotLine } from '../../dynamodb/slots/slot-line.ts';

interface LineTools {
  readonly clock: Clock;
  readonly line: SlotLine;
  readonly orders: OfferedOrders;
}

// For as long as it takes to end a session and to give its slot back, nobody else does so for the same reason.
const roomMs = 2_000;

/**
 * Sends the orders of those who wait for a slot by a channel that is open, all at once. Each is sent by one who serves the line, and
 * whatever becomes of it the one who waits hears: that it was started, or that it has to send it itself. That is harmless where it was
 * sent: a command's id is its own. Answers whether whoever serves is to give its slot up: somebody waits whom nothing else helps, or
 * none is free for the next who comes. What is left of those who have gone without a word is removed. Rejects when the line can't be
 * looked at.
 */
export async function serveLine(
  { clock, line, orders }: LineTools,
  sandboxId: string,
  { slots, send }: { readonly slots: number; readonly send: (order: string) => Promise<unknown> },
): Promise<boolean> {
  const survey = await line.survey(sandboxId);
  // What they have left may hold secrets, and the table's own time to live takes days.
  const clear = async (ticket: string) => {
    await orders.withdraw(sandboxId, ticket);
    await line.leave(sandboxId, ticket);
  };
  await Promise.allSettled(survey.forsaken.map(clear));
  const serve = async (ticket: string): Promise<boolean> => {
    const order = await orders.pickUp(sandboxId, ticket);
    // Another one sends it.
    if (order === undefined) return true;
    const isSent = await send(order).then(
      () => true,
      () => false,
    );
    await orders.settle(sandboxId, ticket, isSent ? 'started' : 'own');
    return isSent;
  };
  const open = survey.places.filter(({ offer }) => offer === 'open');
  const sent = await Promise.all(open.map(({ ticket }) => serve(ticket).catch(() => false)));
  if (sent.includes(false) || survey.places.some(({ offer }) => offer === undefined || offer === 'own')) return true;
  const now = clock.now();
  const taken = survey.slots.filter(({ number, expiresAtMs }) => number < slots && expiresAtMs > now);
  return taken.length >= slots && (await line.makeRoom(sandboxId, now + roomMs));
}
