import { expect, test } from 'vitest';
import { KeyLocks } from '../../../local/key-locks.ts';

/** Holds keys until told to let go, and notes when it got them. */
function holder(locks: KeyLocks, log: string[]) {
  return (name: string, keys: string[]) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const held = locks.hold(keys, async () => {
      log.push(name);
      await promise;
    });
    return { held, letGo: resolve };
  };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a key is held by one at a time, in the order they asked', async () => {
  const log: string[] = [];
  const hold = holder(new KeyLocks(), log);
  const [a, b, c] = [hold('a', ['k']), hold('b', ['k']), hold('c', ['k'])];
  await settled();
  expect(log).toEqual(['a']);
  a.letGo();
  await settled();
  expect(log).toEqual(['a', 'b']);
  b.letGo();
  c.letGo();
  await Promise.all([a.held, b.held, c.held]);
  expect(log).toEqual(['a', 'b', 'c']);
});

test('other keys don’t wait', async () => {
  const log: string[] = [];
  const hold = holder(new KeyLocks(), log);
  const [a, b] = [hold('a', ['k', 'l']), hold('b', ['m'])];
  await settled();
  expect(log.sort()).toEqual(['a', 'b']);
  a.letGo();
  b.letGo();
  await Promise.all([a.held, b.held]);
});

test('holders of the same keys in another order, or of one key twice, all get their turn', async () => {
  const locks = new KeyLocks();
  const runs = [
    ['k', 'l'],
    ['l', 'k'],
    ['k', 'k'],
    ['l', 'm', 'k'],
  ].map((keys) => locks.hold(keys, settled));
  await expect(Promise.all(runs)).resolves.toHaveLength(4);
});

test('a key is free again when its holder fails', async () => {
  const locks = new KeyLocks();
  await expect(locks.hold(['k'], () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(locks.hold(['k'], async () => 'held')).resolves.toBe('held');
});
