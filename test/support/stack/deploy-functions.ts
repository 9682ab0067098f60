import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { functionBundle } from '../../../lambdas/bundle.ts';
import { buildBundle } from '../../../local/build/build-bundle.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';
import { createFunctions, type FunctionsOptions } from '../../../local/lambda/create-functions.ts';
import { environmentVariables } from '../../../local/lambda/environment-variables.ts';

const root = join(import.meta.dirname, '../../..');
const fixtures = 'test/local/lambda/functions';
const credentials = { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' };

interface Options extends Partial<Pick<FunctionsOptions, 'clock' | 'limits'>> {
  readonly timeoutSeconds?: number;
  readonly hazards?: HazardSettings['functions'];
  /** Files of test/local/lambda/functions, by function name. */
  readonly fixtures?: Readonly<Record<string, string>>;
}

/** Deploys small test functions for one test; `logs` has what they printed. */
export async function deployFunctions(options: Options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-functions-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { clock = systemClock, timeoutSeconds = 30 } = options;
  const files = options.fixtures ?? { streaming: 'streaming.ts' };
  const build = (entry: string, name: string) =>
    buildBundle(root, {
      outfile: join(folder, `${name}.mjs`),
      options: functionBundle(entry),
    });
  await build('local/lambda/runtime.ts', 'runtime');
  await Promise.all(Object.entries(files).map(([name, file]) => build(join(fixtures, file), name)));

  const logs: string[] = [];
  const functions = createFunctions({
    functions: Object.fromEntries(
      Object.keys(files).map((name) => [
        name,
        {
          timeoutSeconds,
          variables: environmentVariables({
            name,
            region: 'us-east-1',
            memoryMb: 128,
            taskRoot: folder,
            handler: `${basename(name)}.mjs.handler`,
            credentials,
            settings: { MATRX_TABLE: 'a-table' },
          }),
        },
      ]),
    ),
    region: 'us-east-1',
    accountId: '000000000000',
    clock,
    runtime: join(folder, 'runtime.mjs'),
    onLog: (name, line) => logs.push(`${name}: ${line}`),
    hazards: readHazards({ functions: options.hazards }).functions,
    ...(options.limits ? { limits: options.limits } : {}),
  });
  onTestFinished(() => functions[Symbol.asyncDispose]());
  return { functions, logs };
}
