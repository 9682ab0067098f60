import type { ActionStore } from 'dynalite/db/index.js';

type Call = (...args: unknown[]) => unknown;

/**
 * The same store, but an exception in a callback or a stream's listener goes to `fail`. dynalite lets it fly out of the
 * event loop, which would end the process. Its locks are left out: one that is held when its holder throws is held for
 * good, and the caller holds the keys already.
 */
export function guardStore<T extends ActionStore>(store: T, fail: (error: unknown) => void): T {
  return guard(store, fail);
}

function guard<T extends object>(target: T, fail: (error: unknown) => void): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name);
      if (name === 'lock') return passThrough(fail);
      if (typeof value === 'function') return guardCall(value.bind(target), fail);
      return isObject(value) && name === 'tableDb' ? guard(value, fail) : value;
    },
  });
}

function guardCall(call: Call, fail: (error: unknown) => void): Call {
  return (...args) => {
    const result = call(...args.map((arg) => (typeof arg === 'function' ? guarded(arg as Call, fail) : arg)));
    if (!isObject(result)) return result;
    return 'emit' in result ? guardStream(result as { emit: Call; destroy?: Call }, fail) : guard(result, fail);
  };
}

function guarded(call: Call, fail: (error: unknown) => void): Call {
  return (...args) => {
    try {
      return call(...args);
    } catch (error) {
      fail(error);
      return undefined;
    }
  };
}

function guardStream<T extends { emit: Call; destroy?: Call }>(stream: T, fail: (error: unknown) => void): T {
  const emit = stream.emit.bind(stream);
  stream.emit = guarded(emit, (error) => {
    fail(error);
    stream.destroy?.();
  });
  return stream;
}

const passThrough =
  (fail: (error: unknown) => void) =>
  (_key: string, run: (release: (done: Call) => Call) => void): unknown =>
    guarded(run as Call, fail)((done: Call) => done);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
