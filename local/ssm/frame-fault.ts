/** What a fault decides on: one frame, on its way through the service. */
export interface FaultyFrame {
  readonly sessionId: string;
  readonly direction: 'to-agent' | 'to-client';
  readonly messageType: string;
  readonly sequenceNumber: bigint;
}

/** What happens to a frame: to reorder, delay one. `cut` closes the client's socket in the place of the frame. */
export type FrameFate = 'pass' | 'drop' | 'duplicate' | 'cut' | { readonly delayMs: number };

export type FrameFault = (frame: FaultyFrame) => FrameFate;
