import { defineConfig } from 'vitest/config';

const wantsDeep = process.argv.some((word) => word === 'deep' || word === '--project=deep');

// `vitest run -p unit` runs one project, `vitest run` all but the deep one, which takes long and runs by name only.
export default defineConfig({
  test: {
    clearMocks: true,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        extends: true,
        // Starts processes, machines and whole services.
        test: { name: 'local', include: ['test/local/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      ...(wantsDeep
        ? [
            {
              extends: true as const,
              test: { name: 'deep', include: ['test/deep/**/*.test.ts'], testTimeout: 600_000 },
            },
          ]
        : []),
    ],
  },
});
