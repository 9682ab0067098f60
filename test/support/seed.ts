import { randomInt } from 'node:crypto';
import { onTestFailed } from 'vitest';

/** A seed for a test of chance: MATRX_SEED where it is set, else a new one. A test that fails prints it. */
export function seedOfTest(): number {
  const seed = Number(process.env['MATRX_SEED'] ?? randomInt(2 ** 31));
  onTestFailed(() => console.error(`to see it again: MATRX_SEED=${seed}`));
  return seed;
}
