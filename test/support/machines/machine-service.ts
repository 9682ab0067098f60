// A service of its own, to be killed by a test: `node machine-service.ts <folder> <link socket>` starts a machine that
// does its best to survive, opens a terminal in it, and says "up".

import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';

const [dataDir = '', linkSocket = ''] = process.argv.slice(2);
const parts = { node: process.execPath, agentBundle: '/dev/null', attachScript: '/dev/null', filesHelper: '/dev/null' };
const engine = createNamespacesEngine({ dataDir, parts });

let log = '';
const machine = await engine.start({
  id: 'feedfacefeedface',
  command: [
    '/bin/bash',
    '-c',
    `trap '' HUP INT TERM
    setsid sleep 601 & mkdir -m 0500 /tmp/kept && echo started; while :; do sleep 0.1; done`,
  ],
  environment: {},
  cpu: 1024,
  memoryMb: 128,
  diskMb: 1024,
  linkSocket,
  network: 'none',
  onLog: (chunk) => {
    log += chunk;
    if (log === 'started\n') open();
  },
});

function open(): void {
  const terminal = machine.openTerminal(['/bin/sh', '-c', 'trap "" HUP; echo open; sleep 602']);
  terminal.onData(() => console.log('up'));
}
