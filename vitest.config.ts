import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const byName = (project: string) => process.argv.some((word) => word === project || word === `--project=${project}`);

// `vitest run -p unit` runs one project, `vitest run` all but those that run by name only: the deep one takes long,
// the Docker one needs an engine, the e2e one a deployed stack.
export default defineConfig({
  test: {
    clearMocks: true,
    // What is polled for comes in milliseconds, and on a busy machine in seconds.
    expect: { poll: { timeout: 15_000 } },
    // Another order each time, so that no test can come to need one; the seed is printed.
    sequence: { shuffle: true, sequencer: LongestFirst },
    // Most tests wait for processes more than they compute.
    maxWorkers: availableParallelism() + 2,
    projects: [
      // Files share their process's modules, which cost half of the time when every file loads its own.
      {
        extends: true,
        test: { name: 'unit', isolate: false, include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: 'infra',
          isolate: false,
          include: ['test/infra/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        // Starts processes, machines and whole services.
        test: {
          name: 'local',
          isolate: false,
          globalSetup: 'test/support/build-once.ts',
          include: ['test/local/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...[
        // Asks the deployed stack that the environment names: see test/e2e/api.test.ts.
        { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
        { name: 'deep', include: ['test/deep/**/*.test.ts'], testTimeout: 600_000 },
        {
          name: 'docker',
          include: ['test/docker/**/*.test.ts'],
          globalSetup: 'test/support/machines/docker-base.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      ]
        .filter(({ name }) => byName(name))
        .map((test) => ({ extends: true as const, test })),
    ],
  },
});
