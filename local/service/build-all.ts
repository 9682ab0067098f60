import { join } from 'node:path';
import { agentBundles } from '../../containers/agent/bundle.ts';
import { functions } from '../../contract/deployment.ts';
import { functionBundle } from '../../lambdas/bundle.ts';
import { type Bundle, buildBundle } from '../build/build-bundle.ts';

/** Where the bundles of a run lie. */
export interface Built {
  /** The folder of the functions' bundles, `<function>.mjs` each. */
  readonly functionsDir: string;
  readonly runtime: string;
  readonly agentBundle: string;
  readonly attachScript: string;
  readonly filesHelper: string;
  /** The folder of the programs that the code in a sandbox may call. */
  readonly programsDir: string;
}

const root = join(import.meta.dirname, '../..');

/** Bundles the functions, their runtime and the agent, those whose sources have changed. Rejects with esbuild's error. */
export async function buildAll(folder: string): Promise<Built> {
  const functionsDir = join(folder, 'functions');
  const fromSource = (entry: string, outfile: string): Bundle => ({ outfile, options: functionBundle(entry) });
  const built: Built = {
    functionsDir,
    runtime: join(folder, 'runtime.mjs'),
    agentBundle: join(folder, 'agent/agent.cjs'),
    attachScript: join(folder, 'agent/bin/attach'),
    filesHelper: join(folder, 'agent/files-helper.cjs'),
    programsDir: join(folder, 'agent/programs'),
  };
  await Promise.all(
    [
      ...Object.entries(functions).map(([name, { entry }]) => fromSource(entry, join(functionsDir, `${name}.mjs`))),
      fromSource('local/lambda/runtime.ts', built.runtime),
      ...agentBundles.map(({ file, mode, build }) => ({ outfile: join(folder, 'agent', file), mode, options: build })),
    ].map((bundle) => buildBundle(root, bundle)),
  );
  return built;
}
