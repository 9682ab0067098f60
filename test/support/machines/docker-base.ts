// For the whole run of the Docker project: the image that its machines are started from.

import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { TestProject } from 'vitest/node';
import { prepareContext } from '../../../containers/sandbox/prepare-context.ts';
import { DockerClient } from '../../../local/engines/docker/api/docker-client.ts';
import { findDocker } from '../../../local/engines/docker/find-docker.ts';
import { builtImage } from '../../../local/engines/docker/images/image-source.ts';
import { probeDocker } from '../../../local/engines/docker/probe-docker.ts';

declare module 'vitest' {
  interface ProvidedContext {
    image: string;
    ownImages: readonly string[];
  }
}

/**
 * `MATRX_TEST_IMAGE`, else the project's own `base`, built with `MATRX_TEST_BUILD_ARGUMENTS`, a JSON object.
 * `MATRX_TEST_OWN_IMAGES` names further ones, of other distributions.
 */
export default async function setup({ provide }: TestProject): Promise<void> {
  const given = process.env['MATRX_TEST_IMAGE'] ?? '';
  provide('ownImages', (process.env['MATRX_TEST_OWN_IMAGES'] ?? '').split(' ').filter(Boolean));
  const address = findDocker(process.env);
  if (given !== '' || 'unusable' in address || !(await probeDocker(address)).ok) return provide('image', given);
  await using folder = await mkdtempDisposable(`${tmpdir()}/matrx-image-`);
  const buildArguments = JSON.parse(process.env['MATRX_TEST_BUILD_ARGUMENTS'] ?? '{}');
  const source = builtImage({ prepareContext, folder: `${folder.path}/context`, target: 'base', buildArguments });
  provide('image', await source.ensure(new DockerClient(address.socketPath), (line) => console.log(line)));
}
