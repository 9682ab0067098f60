import { fileURLToPath } from 'node:url';

// What Node compiles is kept for all runs, out of the person's own folders.
const caches = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
const launcher = fileURLToPath(new URL('../../bin/matrx.mjs', import.meta.url));

/** The command line as a shell would call it. */
export const matrxCommand = (...argv: readonly string[]): readonly string[] => [process.execPath, launcher, ...argv];

/** What it finds in its environment: no settings, until a test adds some. */
export const matrxEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  XDG_CACHE_HOME: caches,
};
