// How the agent becomes files. The image and the local engines build them by these very options.

import type { BuildOptions } from 'esbuild';
import { bundling } from '../../contract/deployment.ts';

const { banner: _, mainFields, ...rest } = bundling;

/**
 * All are CommonJS. An ES module that imports a name of `node:http` evaluates every other one too, and has `fetch` and worker
 * threads in memory for it; and a file without an extension is parsed once, where an ES module would be found out by a failed first try.
 */
const options: BuildOptions = {
  ...rest,
  format: 'cjs',
  // A name kept for each function weighs most of a megabyte. Errors name themselves, and no stack is logged.
  keepNames: false,
  mainFields: [...mainFields],
  sourcemap: false,
};

interface Bundle {
  /** Where the file lies under `/opt/matrx`. */
  readonly file: 'agent.cjs' | 'bin/attach' | 'files-helper.cjs' | 'programs/matrx-agent' | 'programs/matrx-cold';
  readonly mode: number;
  /** Everything esbuild needs but where to write; paths are relative to the repository. */
  readonly build: BuildOptions & { readonly entryPoints: [string] };
}

const program = { ...options, banner: { js: '#!/opt/matrx/bin/node' } };

/** The agent's files in a machine. Source maps stay outside: nobody reads them there. */
export const agentBundles: readonly Bundle[] = [
  {
    file: 'agent.cjs',
    mode: 0o444,
    build: { ...options, entryPoints: ['containers/agent/main.ts'] },
  },
  {
    file: 'bin/attach',
    mode: 0o555,
    build: { ...program, entryPoints: ['containers/agent/attach.ts'] },
  },
  {
    file: 'files-helper.cjs',
    mode: 0o444,
    build: { ...options, entryPoints: ['containers/agent/files/helper/main.ts'] },
  },
  // What is in this folder is for the code in the sandbox to call.
  {
    file: 'programs/matrx-agent',
    mode: 0o555,
    build: { ...program, entryPoints: ['containers/agent/inside/programs/matrx-agent.ts'] },
  },
  {
    file: 'programs/matrx-cold',
    mode: 0o555,
    build: { ...program, entryPoints: ['containers/agent/cold/programs/matrx-cold.ts'] },
  },
];
