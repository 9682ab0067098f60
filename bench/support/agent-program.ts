// The agent in a process of its own, as in a machine: says where it listens, and goes when its input ends.

import { once } from 'node:events';
import { dirname } from 'node:path';
import { socketsIn } from '../../containers/agent/paths.ts';
import { startAgent } from '../../test/support/agent/agent-machine.ts';
import type { AgentPlace } from './agent-process.ts';

await using agent = await startAgent();
await agent.ready();
const place: AgentPlace = { sockets: socketsIn(dirname(agent.channelSocket)), assignment: agent.plane.assignment };
console.log(JSON.stringify(place));
await once(process.stdin.resume(), 'end');
