// A service of its own, to be killed by a test: `node docker-service.ts <folder> <link socket> <image>` starts a machine
// with a way to the internet in Docker, and says "up".

import { createDockerEngine } from '../../../local/engines/docker/docker-engine.ts';
import { findDocker } from '../../../local/engines/docker/find-docker.ts';
import { namedImage } from '../../../local/engines/docker/images/image-source.ts';

const [dataDir = '', linkSocket = '', image = ''] = process.argv.slice(2);
const engine = createDockerEngine({
  dataDir,
  parts: { node: process.execPath, agentBundle: '/dev/null', attachScript: '/dev/null', filesHelper: '/dev/null' },
  address: findDocker(process.env),
  image: namedImage(image),
});
await engine.start({
  id: 'feedfacefeedface',
  command: ['/bin/bash', '-c', 'trap "" HUP INT TERM; setsid sleep 601 & echo started; while :; do sleep 0.1; done'],
  environment: {},
  cpu: 1024,
  memoryMb: 128,
  diskMb: 1024,
  linkSocket,
  network: 'internet',
  onLog: () => console.log('up'),
});
