import { join } from 'node:path';
import { prepareContext } from '../../containers/sandbox/prepare-context.ts';
import { createDockerEngine } from '../engines/docker/docker-engine.ts';
import { findDocker } from '../engines/docker/find-docker.ts';
import { builtImage, namedImage } from '../engines/docker/images/image-source.ts';
import type { Engine } from '../engines/engine.ts';
import { createNamespacesEngine } from '../engines/namespaces/namespaces-engine.ts';
import type { Built } from './build-all.ts';

/** Which engine is wanted: one by name, or Docker where it answers and namespaces where it doesn't. */
export type EngineChoice = Engine['name'] | 'auto';

export interface EngineSettings {
  readonly choice: EngineChoice;
  /** An image for Docker's machines. @default the project's own `base`, built where the engine doesn't have it */
  readonly image?: string | undefined;
  /** npm's own folder, for machines of namespaces on a host whose /usr has no npm. */
  readonly npmDir?: string | undefined;
  /** Where Docker's settings are looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The engines of this machine. */
export interface Engines {
  /** Those to try, in order. */
  readonly candidates: readonly Engine[];
  /** Those that only an earlier run of the data folder may have used. */
  readonly others: readonly Engine[];
}

/** For engines that only look or sweep, and start nothing. */
export const nothingBuilt: Built = {
  functionsDir: '',
  runtime: '',
  agentBundle: '',
  attachScript: '',
  filesHelper: '',
  programsDir: '',
};

/** Both engines for a data folder, sorted by what is wanted. Starts and asks nothing. */
export function createEngines(
  settings: EngineSettings,
  dataDir: string,
  { agentBundle, attachScript, filesHelper, programsDir }: Built,
): Engines {
  const parts = { node: process.execPath, agentBundle, attachScript, filesHelper, programsDir };
  const { choice, image, npmDir, env } = settings;
  const docker = createDockerEngine({
    dataDir,
    parts,
    address: findDocker(env),
    image:
      image === undefined
        ? builtImage({ prepareContext, folder: join(dataDir, 'image'), target: 'base' })
        : namedImage(image),
  });
  const namespaces = createNamespacesEngine({
    dataDir,
    parts: { ...parts, ...(npmDir === undefined ? {} : { npmDir }) },
  });
  const all = [docker, namespaces];
  return {
    candidates: all.filter(({ name }) => choice === 'auto' || choice === name),
    others: all.filter(({ name }) => choice !== 'auto' && choice !== name),
  };
}
