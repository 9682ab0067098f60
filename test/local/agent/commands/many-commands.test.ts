import { expect, test } from 'vitest';
import { startAgent, until } from '../../../support/agent/agent-machine.ts';

const tty = { rows: 24, cols: 80 };

test('C7: 300 commands leave descriptors where they were and no memory behind', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const kinds = [{ stdin: { data: 'x' } }, { stdin: 'pipe' }, { tty }, {}, {}];
  const run = async (count: number) => {
    for (let done = 0; done < count; done += 20) {
      const batch = Array.from({ length: 20 }, (_, i) => ({
        argv: ['echo', `${done + i}`],
        ...kinds[i % kinds.length],
      }));
      await Promise.all(batch.map((order) => machine.run(order)));
    }
    for (let i = 0; i < count / 50; i++) await machine.run({ command: `export N=${i}`, session: `s${i % 10}` });
    await until(async () => (await machine.health()).running_commands === 0);
  };
  await run(100);
  const before = await machine.health();
  const memory = process.memoryUsage().rss;
  await run(300);
  const after = await machine.health();
  expect(after.open_descriptors).toBeLessThanOrEqual(before.open_descriptors + 2);
  expect(process.memoryUsage().rss - memory).toBeLessThan(80 * 1024 * 1024);
}, 180_000);

test('64 commands at once all answer with their own output', async () => {
  await using machine = await startAgent();
  await machine.ready();
  const results = await Promise.all(
    Array.from({ length: 64 }, (_, i) => machine.run({ argv: ['sh', '-c', `echo ${i}; exit ${i}`] })),
  );
  expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 64 }, (_, i) => i));
  expect(results.map(({ outcome }) => outcome.exit_code)).toEqual(Array.from({ length: 64 }, (_, i) => i));
});
