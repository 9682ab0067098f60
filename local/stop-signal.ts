type Host = Pick<NodeJS.Process, 'on' | 'off' | 'exit'>;

const signals = ['SIGINT', 'SIGTERM'] as const;
// npm passes on the signal that the terminal has sent already: two within this time are one.
const sameMs = 500;

/** Waits for the first SIGINT or SIGTERM; the second one ends this process at once, and the kernel all it started. */
export function stopSignal(host: Host): Disposable & { readonly asked: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt !== undefined && Date.now() - firstAt > sameMs) host.exit(130);
    firstAt ??= Date.now();
    resolve();
  };
  for (const signal of signals) host.on(signal, onSignal);
  return {
    asked: promise,
    [Symbol.dispose]() {
      for (const signal of signals) host.off(signal, onSignal);
    },
  };
}
