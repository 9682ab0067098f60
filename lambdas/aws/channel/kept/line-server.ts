import type { ClientHttp2Session } from 'node:http2';
import type { ChannelTarget } from '../../../core/agent/channel-ports.ts';
import type { OfferedOrders } from '../../dynamodb/slots/offered-orders.ts';
import type { HeldChannel } from '../held-channel.ts';
import { serveLine } from './serve-line.ts';
import { type SlotTools, slotsOf } from './wait-for-slot.ts';

export interface LineOptions extends Pick<SlotTools, 'clock' | 'line'> {
  /** Orders that wait for a channel. */
  readonly orders: OfferedOrders;
  /** Starts the command of an order that waited for a channel; resolves once the agent has it. */
  readonly startOrder: (http: ClientHttp2Session, order: string) => Promise<void>;
}

/** Serves the line by the channels of this environment, each one time after the other. */
export class LineServer {
  readonly #options: LineOptions;
  /** How the line was served by each channel at last. */
  readonly #serving = new WeakMap<HeldChannel, Promise<boolean>>();

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Whether the slot is to be given up. Never rejects: where the line can't be seen, somebody may wait. */
  serve(target: ChannelTarget, channel: HeldChannel): Promise<boolean> {
    const before = this.#serving.get(channel);
    const serve = async () => {
      await before;
      const send = (order: string) => this.#options.startOrder(channel.http, order);
      return serveLine(this.#options, target.sandboxId, { slots: slotsOf(target), send });
    };
    const serving = serve().catch(() => true);
    this.#serving.set(channel, serving);
    return serving;
  }

  /** Resolves once nothing is sent by the channel any more. */
  async rest(channel: HeldChannel): Promise<void> {
    await this.#serving.get(channel);
  }
}
