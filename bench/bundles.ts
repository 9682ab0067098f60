import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { functions } from '../contract/deployment.ts';
import { bundleFunction } from '../lib/functions/bundle-function.ts';
import { functionNames } from '../lib/functions/functions.ts';
import { sampleSettings } from '../test/support/deployment/sample-settings.ts';

const loader = join(import.meta.dirname, 'support/load-bundle.ts');
const runs = 9;

/** The clients that Lambda's own runtime has: what a deployment without them in the bundle would load. */
const runtimesOwn = ['@aws-sdk/*', '@smithy/*'];

/** Size and time to load of each function as it is deployed, beside the same with the SDK left to the runtime. */
export async function* benchBundles(): AsyncGenerator<string> {
  // Below the project, so that an external package is found.
  mkdirSync('dist', { recursive: true });
  const folder = mkdtempSync(join('dist', 'bench-'));
  try {
    for (const name of functionNames) {
      const own = await measure(name, join(folder, name), []);
      const external = await measure(name, join(folder, `${name}-external`), runtimesOwn);
      yield `${name.padEnd(12)} ${show(own)}; with the SDK left external ${show(external)}`;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Measured {
  readonly bytes: number;
  readonly initMs: number;
}

const show = ({ bytes, initMs }: Measured): string => `${Math.round(bytes / 1_000)} kB, ${Math.round(initMs)} ms`;

async function measure(name: keyof typeof functions, folder: string, external: readonly string[]): Promise<Measured> {
  await bundleFunction(name, folder, external);
  const file = resolve(folder, 'index.mjs');
  const env = sampleSettings(name);
  const times = Array.from({ length: runs }, () =>
    Number(execFileSync(process.execPath, [loader, file], { env, encoding: 'utf8' })),
  );
  // The quickest run is the one that nothing else on the machine disturbed.
  return { bytes: statSync(file).size, initMs: Math.min(...times) };
}
