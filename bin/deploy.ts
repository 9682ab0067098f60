// `npm run deploy`: the repository, the images in it, then the service made from their digests. Arguments go to `cdk deploy`.
import { digestParameter } from '../lib/digest-parameter.ts';
import { buildImages, pushImages, repositoryUri } from './deploy/images.ts';
import { leftAsShipped } from './deploy/left-as-shipped.ts';
import { projectConfig } from './deploy/project-config.ts';
import { run } from './deploy/run.ts';

const config = projectConfig();
const left = leftAsShipped(config);
if (left.length > 0) {
  process.stderr.write(`matrx in cdk.json is not yours yet:\n${left.map((fault) => `  ${fault}`).join('\n')}\n`);
  process.exit(1);
}
// What is missing is said before anything is made.
run('aws', ['sts', 'get-caller-identity'], { output: 'read' });
run('docker', ['version'], { output: 'read' });

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
