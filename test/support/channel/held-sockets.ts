/** Sockets of a client's channels, to be cut. */
export function heldSockets() {
  const sockets: WebSocket[] = [];
  return {
    sockets,
    webSocket: (url: string): WebSocket => {
      const socket = new WebSocket(url);
      sockets.push(socket);
      return socket;
    },
    /** Closes the newest one, as a network does that breaks. */
    cut: () => sockets.at(-1)?.close(),
  };
}
