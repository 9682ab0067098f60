// Asks a deployed stack what callers rely on: MATRX_URL names it, MATRX_TOKEN or AWS keys with AWS_REGION are the caller's. A service names
// the user MATRX_USER. MATRX_TRANSPORTS=http,channel tries client-held channels too, where the deployment offers them.
//
//     MATRX_URL=https://… MATRX_TOKEN=… npx vitest run -p e2e

import { env } from 'node:process';
import { describe } from 'vitest';
import type { Transport } from '../../client/index.ts';
import { defineApiSuite } from '../suites/api/api-suite.ts';

const isNamed = Boolean(env['MATRX_URL'] && (env['MATRX_TOKEN'] || env['AWS_ACCESS_KEY_ID']));
const transports = (env['MATRX_TRANSPORTS'] ?? 'http').split(',') as Transport[];

describe.skipIf(!isNamed)('a deployed stack', () => {
  const userId = env['MATRX_TOKEN'] ? undefined : (env['MATRX_USER'] ?? 'e2e');
  defineApiSuite(() => ({ connection: {}, userId }), { transports: transports.map((name) => [name, 8] as const) });
});
