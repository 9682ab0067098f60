import type { Clock } from '../../../../contract/clock.ts';
import type { OfferedOrders } from '../../dynamodb/slots/offered-orders.ts';
import type { SlotLine } from '../../dynamodb/slots/slot-line.ts';

interface LineTools {
  readonly clock: Clock;
  readonly line: SlotLine;
  readonly orders: OfferedOrders;
}

/** How the line stands once its orders were sent. */
export interface Served {
  /** Whether somebody waits whom nothing but a slot helps. */
  readonly isLeft: boolean;
  /** Whether a slot is free for the next who comes. */
  readonly hasSlot: boolean;
}

/**
 * Sends the orders of those who wait for a slot by a channel that is open, all at once. Each is sent by one who serves the line, and
 * whatever becomes of it the one who waits hears: that it was started, or that it has to send it itself. That is harmless where it was
 * sent: a command's id is its own. Rejects when the line can't be looked at.
 */
export async function serveLine(
  { clock, line, orders }: LineTools,
  sandboxId: string,
  { slots, send }: { readonly slots: number; readonly send: (order: string) => Promise<unknown> },
): Promise<Served> {
  const survey = await line.survey(sandboxId);
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
  const now = clock.now();
  const taken = survey.slots.filter(({ number, expiresAtMs }) => number < slots && expiresAtMs > now);
  return {
    isLeft: sent.includes(false) || survey.places.some(({ offer }) => offer === undefined || offer === 'own'),
    hasSlot: taken.length < slots,
  };
}
