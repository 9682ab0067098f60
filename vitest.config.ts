import { defineConfig } from 'vitest/config';

// `vitest run -p unit` runs one project, `vitest run` all of them.
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
    ],
  },
});
