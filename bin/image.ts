// `npm run image`: builds the images of the configured templates, writes what is in each as a bill of materials, and pushes them.
// With `-- --local` it doesn't push; `--template NAME` builds those named and no others; `--build-arg NAME=value` is passed on to
// Docker, for mirrors.
import { parseArgs } from 'node:util';
import { buildImages, ownTemplates, pushImages, repositoryUri } from './deploy/images.ts';
import { projectConfig } from './deploy/project-config.ts';
import { bundledPackages } from './image/bundled-packages.ts';
import { describeImage } from './image/describe-image.ts';

const { values } = parseArgs({
  options: {
    local: { type: 'boolean', default: false },
    architecture: { type: 'string' },
    template: { type: 'string', multiple: true, default: [] },
    'build-arg': { type: 'string', multiple: true, default: [] },
  },
});

const configured = projectConfig();
const architecture =
  values.architecture === 'x86_64' || values.architecture === 'arm64' ? values.architecture : undefined;
if (values.architecture !== undefined && architecture === undefined) {
  throw new Error(`--architecture is "${values.architecture}", expected arm64 or x86_64`);
}
const unknown = values.template.find((name) => !ownTemplates.some((own) => own === name));
if (unknown !== undefined) throw new Error(`--template is "${unknown}", expected one of ${ownTemplates.join(', ')}`);

const wanted = {
  architecture: architecture ?? configured.architecture,
  templates:
    values.template.length > 0 ? Object.fromEntries(values.template.map((name) => [name, {}])) : configured.templates,
};
const repository = values.local ? configured.name : repositoryUri(configured.name);
const images = buildImages(wanted, repository, values['build-arg']);
const bundled = bundledPackages();
for (const { template, name } of images) {
  const { megabytes, file } = describeImage(template, name, bundled);
  process.stderr.write(`${template}: ${megabytes} MB, made of what ${file} lists\n`);
}
if (values.local) {
  for (const { template, name } of images) process.stdout.write(`${template} ${name}\n`);
} else {
  for (const [template, digest] of pushImages(configured.name, repository, images)) {
    process.stdout.write(`${template} ${digest}\n`);
  }
}
