import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { functionBundle } from '../../../lambdas/bundle.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';
import { createFunctions, type FunctionsOptions } from '../../../local/lambda/create-functions.ts';
import { environmentVariables } from '../../../local/lambda/environment-variables.ts';
import { buildDir, builtOnce } from '../build-dir.ts';

const fixtures = 'test/local/lambda/functions';
const functionsFolder = 'test-functions';
const credentials = { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' };

interface Options extends Partial<Pick<FunctionsOptions, 'clock' | 'limits'>> {
  readonly timeoutSeconds?: number;
  readonly hazards?: HazardSettings['functions'];
  /** Files of test/local/lambda/functions, by function name. */
  readonly fixtures?: Readonly<Record<string, string>>;
}

/** Deploys small test functions for one test; `logs` has what they printed. */
export async function deployFunctions(options: Options = {}) {
  const { clock = systemClock, timeoutSeconds = 30 } = options;
  const files = options.fixtures ?? { streaming: 'streaming.ts' };
  const build = (name: string, file: string) =>
    builtOnce(join(functionsFolder, `${name}.mjs`), { options: functionBundle(join(fixtures, file)) });
  await Promise.all(Object.entries(files).map(([name, file]) => build(name, file)));

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
            taskRoot: join(buildDir, functionsFolder),
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
