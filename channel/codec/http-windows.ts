/**
 * Flow-control windows of the HTTP/2 connection in a channel, for both ends. Sixty-four streams that nobody reads fit into
 * the connection's window, so they can't keep another one from its bytes; a stream's is a tenth of a second of the path at
 * its best.
 */
export const httpWindows = { streamBytes: 128 * 1024, connectionBytes: 8 * 1024 * 1024 } as const;
