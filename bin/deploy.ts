// `npm run deploy`: the repository, the images in it, then the service made from their digests. Arguments go to `cdk deploy`.
import { digestParameter } from '../lib/digest-parameter.ts';
import { buildImages, pushImages, repositoryUri } from './deploy/images.ts';
import { projectConfig } from './deploy/project-config.ts';
import { run } from './deploy/run.ts';

const config = projectConfig();
const passed = process.argv.slice(2);
run('cdk', ['deploy', '--exclusively', `${config.name}-image`, ...passed], { output: 'show' });

const uri = repositoryUri(config.name);
const digests = pushImages(config.name, uri, buildImages(config, uri));
// A template of the operator's own keeps the digest it had, or is given one by an argument.
const parameters = [...digests].flatMap(([template, digest]) => [
  '--parameters',
  `${config.name}:${digestParameter(template)}=${digest}`,
]);
run('cdk', ['deploy', '--exclusively', config.name, ...parameters, ...passed], { output: 'show' });
