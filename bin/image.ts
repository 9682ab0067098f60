// `npm run image`: builds the images of the configured templates and pushes them. With `-- --local` it only builds;
// `--build-arg NAME=value` is passed on to Docker, for mirrors.
import { parseArgs } from 'node:util';
import { buildImages, pushImages, repositoryUri } from './deploy/images.ts';
import { projectConfig } from './deploy/project-config.ts';

const { values } = parseArgs({
  options: {
    local: { type: 'boolean', default: false },
    architecture: { type: 'string' },
    'build-arg': { type: 'string', multiple: true, default: [] },
  },
});

const configured = projectConfig();
const architecture =
  values.architecture === 'x86_64' || values.architecture === 'arm64' ? values.architecture : undefined;
if (values.architecture !== undefined && architecture === undefined) {
  throw new Error(`--architecture is "${values.architecture}", expected arm64 or x86_64`);
}
const config = { ...configured, architecture: architecture ?? configured.architecture };

const repository = values.local ? config.name : repositoryUri(config.name);
const images = buildImages(config, repository, values['build-arg']);
if (values.local) {
  for (const { template, name } of images) process.stdout.write(`${template} ${name}\n`);
} else {
  for (const [template, digest] of pushImages(config.name, repository, images)) {
    process.stdout.write(`${template} ${digest}\n`);
  }
}
