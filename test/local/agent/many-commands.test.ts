import { expect, test } from 'vitest';
import { startAgent } from '../../support/agent-machine.ts';

test('C7: 300 commands in a row leave descriptors where they were and no memory behind', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const run = async (count: number) => {
    for (let i = 0; i < count; i++) await machine.run({ argv: ['echo', String(i)], stdin: { data: 'x' } });
  };
  await run(20);
  const before = await machine.health();
  const memory = process.memoryUsage().rss;
  await run(300);
  const after = await machine.health();
  expect(after.open_descriptors).toBeLessThanOrEqual(before.open_descriptors + 2);
  expect(process.memoryUsage().rss - memory).toBeLessThan(80 * 1024 * 1024);
});

test('64 commands at once all answer with their own output', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const results = await Promise.all(
    Array.from({ length: 64 }, (_, i) => machine.run({ argv: ['sh', '-c', `echo ${i}; exit ${i}`] })),
  );
  expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 64 }, (_, i) => i));
  expect(results.map(({ outcome }) => outcome.exit_code)).toEqual(Array.from({ length: 64 }, (_, i) => i));
});
