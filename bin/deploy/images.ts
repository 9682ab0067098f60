import { join } from 'node:path';
import { prepareContext } from '../../containers/sandbox/prepare-context.ts';
import type { DeployConfig } from '../../lib/config/deploy-config.ts';
import { run } from './run.ts';

/** Templates that the Dockerfile makes. Others are an operator's own, and pushed by hand: docs/images.md. */
export const ownTemplates = ['base', 'minimal', 'browser'] as const;

export interface BuiltImage {
  readonly template: string;
  /** `<repository>:<tag>`; the tag has the template and the hash of all that went in. */
  readonly name: string;
}

const platforms = { arm64: 'linux/arm64', x86_64: 'linux/amd64' } as const;

interface Wanted {
  readonly architecture: DeployConfig['architecture'];
  /** By name. Those that the Dockerfile doesn't make are passed over. */
  readonly templates: Readonly<Record<string, unknown>>;
}

/**
 * Builds images of templates in this machine's Docker engine. `repository` is where they will be pushed;
 * `buildArguments` take the place of the Dockerfile's, for mirrors.
 */
export function buildImages(config: Wanted, repository: string, buildArguments: readonly string[] = []): BuiltImage[] {
  const context = join('dist', 'image');
  const hash = prepareContext(context).slice(0, 16);
  return ownTemplates
    .filter((template) => template in config.templates)
    .map((template) => {
      const name = `${repository}:${template}-${config.architecture}-${hash}`;
      const args = ['--platform', platforms[config.architecture], '--target', template, '--tag', name];
      run('docker', ['build', ...args, ...buildArguments.flatMap((pair) => ['--build-arg', pair]), context], {
        output: 'show',
      });
      return { template, name };
    });
}

/** Pushes images to ECR, unless their tags are there already, and answers the digest of each by template. */
export function pushImages(repositoryName: string, uri: string, images: readonly BuiltImage[]): Map<string, string> {
  const registry = uri.slice(0, uri.indexOf('/'));
  const password = run('aws', ['ecr', 'get-login-password'], { output: 'read' });
  run('docker', ['login', '--username', 'AWS', '--password-stdin', registry], { input: password, output: 'show' });
  return new Map(
    images.map(({ template, name }) => {
      const tag = name.slice(name.lastIndexOf(':') + 1);
      // Tags can't be moved: one that is there has the same content.
      if (digestOf(repositoryName, tag) === undefined) run('docker', ['push', name], { output: 'show' });
      const digest = digestOf(repositoryName, tag);
      if (digest === undefined) throw new Error(`${name} is not in the repository after its push`);
      return [template, digest] as const;
    }),
  );
}

/** Where ECR has the repository, as the image stack made it. */
export function repositoryUri(name: string): string {
  const query = ['--query', 'repositories[0].repositoryUri', '--output', 'text'];
  return run('aws', ['ecr', 'describe-repositories', '--repository-names', name, ...query], { output: 'read' });
}

/** Undefined when there is no such tag. */
function digestOf(repositoryName: string, tag: string): string | undefined {
  const filter = `imageIds[?imageTag=='${tag}'].imageDigest | [0]`;
  const found = run(
    'aws',
    ['ecr', 'list-images', '--repository-name', repositoryName, '--query', filter, '--output', 'text'],
    { output: 'read' },
  );
  return found.split(/\s+/).find((text) => text.startsWith('sha256:'));
}
