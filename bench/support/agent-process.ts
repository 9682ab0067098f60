import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectHttp } from 'node:http2';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { socketsIn } from '../../containers/agent/paths.ts';
import type { Assignment } from '../../contract/api/agent-reports.ts';
import { container } from '../../contract/deployment.ts';
import { functionBundle } from '../../lambdas/bundle.ts';
import { buildBundle } from '../../local/build/build-bundle.ts';
import { type Finished, requestFrames } from '../../test/support/agent/agent-machine.ts';

/** Where an agent listens, and what it serves. */
export interface AgentPlace {
  readonly sockets: ReturnType<typeof socketsIn>;
  readonly assignment: Assignment;
}

/** An agent whose processes are started by one as small as it is in a machine: the larger a process, the slower it starts others. */
export interface AgentProcess extends AgentPlace, AsyncDisposable {
  /** Runs a command by the agent's own socket. */
  run(order: object): Promise<Finished>;
}

/** Starts one; its program is built into the folder. Rejects when it ends before it listens. */
export async function startAgentProcess(folder: string): Promise<AgentProcess> {
  const program = join(folder, 'agent-program.mjs');
  const options = functionBundle('bench/support/agent-program.ts');
  await buildBundle(join(import.meta.dirname, '../..'), { outfile: program, options });
  const flags = container.command.slice(1, -1);
  const env = { ...process.env, ...container.environment };
  const child = spawn(process.execPath, [...flags, program], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const ended = exited.then(([code]) => Promise.reject(new Error(`the agent has ended with ${code}`)));
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  ended.catch(() => {});
  const place: AgentPlace = JSON.parse(line);
  const session = connectHttp('http://agent', { createConnection: () => connect(place.sockets.agent) });
  return {
    ...place,
    run: (order) => requestFrames(session, order),
    [Symbol.asyncDispose]: async () => {
      session.destroy();
      child.stdin.end();
      await exited;
    },
  };
}
