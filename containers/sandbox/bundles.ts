// What of ours is in `/opt/matrx` of every image, beside Node.

import type { BuildOptions } from 'esbuild';
import { agentBundles } from '../agent/bundle.ts';

const [, attach] = agentBundles;
if (attach === undefined) throw new Error('the agent has no attach');

/** A health check has the form of `attach`: one CommonJS file that Node parses once. */
const health = {
  file: 'bin/health',
  mode: 0o555,
  build: { ...attach.build, entryPoints: ['containers/sandbox/health.ts'] },
};

interface Bundle {
  readonly file: string;
  readonly mode: number;
  readonly build: BuildOptions;
}

/** The files of an image, by their path under `/opt/matrx`. */
export const imageBundles: readonly Bundle[] = [...agentBundles, health];
