// How the agent becomes files. The image and the local engines build them by these very options.

import type { BuildOptions } from 'esbuild';
import { bundling } from '../../contract/deployment.ts';

const { banner, mainFields, ...rest } = bundling;
const options = { ...rest, mainFields: [...mainFields], sourcemap: false };

interface Bundle {
  /** Where the file lies under `/opt/matrx`. */
  readonly file: 'agent.mjs' | 'bin/attach' | 'files-helper.cjs' | 'programs/matrx-agent' | 'programs/matrx-cold';
  readonly mode: number;
  /** Everything esbuild needs but where to write; paths are relative to the repository. */
  readonly build: BuildOptions & { readonly entryPoints: [string] };
}

/** The form of a program: CommonJS, since a file without an extension is parsed once then, where an ES module would be found out by a failed first try. */
const program = { ...options, format: 'cjs', banner: { js: '#!/opt/matrx/bin/node' } } as const;

/** The agent's files in a machine. Source maps stay outside: nobody reads them there. */
export const agentBundles: readonly Bundle[] = [
  {
    file: 'agent.mjs',
    mode: 0o444,
    build: { ...options, banner, entryPoints: ['containers/agent/main.ts'] },
  },
  {
    file: 'bin/attach',
    mode: 0o555,
    build: { ...program, entryPoints: ['containers/agent/attach.ts'] },
  },
  {
    file: 'files-helper.cjs',
    mode: 0o444,
    build: { ...options, format: 'cjs', entryPoints: ['containers/agent/files/helper/main.ts'] },
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
