import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { functionBundle } from '../../../lambdas/bundle.ts';
import { buildBundle } from '../../../local/build/build-bundle.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';
import { createFunctions, type FunctionsOptions } from '../../../local/lambda/create-functions.ts';
import { environmentVariables } from '../../../local/lambda/environment-variables.ts';
import { buildDir } from '../build-dir.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(buildDir, 'test-functions');
const built = new Map<string, Promise<unknown>>();
const credentials = { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' };

interface Options extends Partial<Pick<FunctionsOptions, 'clock' | 'limits'>> {
  readonly timeoutSeconds?: number;
  readonly hazards?: HazardSettings['functions'];
  /** Files of test/local/lambda/functions, by function name. */
  readonly fixtures?: Readonly<Record<string, string>>;
}

/** Builds a function once in a process. */
function bundled(name: string, file: string): Promise<unknown> {
  const outfile = join(folder, `${name}.mjs`);
  const building =
    built.get(name) ??
    buildBundle(root, { outfile, options: functionBundle(join('test/local/lambda/functions', file)) });
  built.set(name, building);
  return building;
}

/** Deploys small test functions for one test; `logs` has what they printed. */
export async function deployFunctions(options: Options = {}) {
  const { clock = systemClock, timeoutSeconds = 30 } = options;
  const files = options.fixtures ?? { streaming: 'streaming.ts' };
  await Promise.all(Object.entries(files).map(([name, file]) => bundled(name, file)));

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
    runtime: join(buildDir, 'runtime.mjs'),
    onLog: (name, line) => logs.push(`${name}: ${line}`),
    hazards: readHazards({ functions: options.hazards }).functions,
    ...(options.limits ? { limits: options.limits } : {}),
  });
  onTestFinished(() => functions[Symbol.asyncDispose]());
  return { functions, logs };
}
