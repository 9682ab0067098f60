import { join } from 'node:path';

/** Where tests have their bundles: shared by all processes, so that only the first one has anything to build. */
export const buildDir = join(import.meta.dirname, '../../node_modules/.cache/matrx-build');
