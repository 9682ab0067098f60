const kb = 1024;

/**
 * Flow-control windows of the HTTP/2 connection in a channel, for what each end is sent. Sixty-four streams that nobody reads fit into
 * the connection's window, so they can't keep another one from its bytes. Node grants more once half of a stream's has been read, so
 * that half is what passes in a round trip. Output comes compressed, so that the path at its best carries three megabytes a second of
 * it, also from far away; the agent is sent less, and shares its memory with what it runs.
 */
export const httpWindows = {
  near: { streamBytes: 512 * kb, connectionBytes: 64 * 512 * kb },
  far: { streamBytes: 128 * kb, connectionBytes: 64 * 128 * kb },
} as const;
