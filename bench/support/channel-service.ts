import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTasksCommand, ECSClient, RegisterTaskDefinitionCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import { systemClock } from '../../contract/clock.ts';
import { agentChannel } from '../../lambdas/aws/channel/agent-channel.ts';
import { openChannel } from '../../lambdas/aws/channel/kept/open-channel.ts';
import { endSession } from '../../lambdas/aws/channel/kept/sessions.ts';
import { ssmCalls } from '../../lambdas/aws/channel/ssm/ssm-calls.ts';
import type { ChannelTarget } from '../../lambdas/core/agent/channel-ports.ts';
import { Principals } from '../../local/aws/keys.ts';
import { createCompute } from '../../local/ecs/create-compute.ts';
import type { Engine } from '../../local/engines/engine.ts';
import { readHazards } from '../../local/hazards/hazards.ts';
import { commandId } from '../../test/support/agent/agent-machine.ts';
import { keptLog } from '../../test/support/fakes/fakes.ts';
import { PlayedSlots } from '../../test/support/fakes/played-slots.ts';
import { processEngine } from '../../test/support/machines/process-engine.ts';
import { type AgentPlace, startAgentProcess } from './agent-process.ts';
import { heldChannel } from './held-channel.ts';

/** What a command printed, and how long it took. */
export interface Ran {
  readonly bytes: number;
  readonly ms: number;
}

/** Runs commands in the sandbox, over a channel of its own. */
export interface Runner extends AsyncDisposable {
  run(argv: readonly string[]): Promise<Ran>;
}

/** A channel that a caller holds. */
export interface HeldRunner extends Runner {
  /** Resolves when the agent has answered what costs it nothing. */
  roundTrip(): Promise<void>;
}

/** The message service and the real agent on one machine, with every frame as late as asked, and nothing else between. */
export interface ChannelService extends AsyncDisposable {
  readonly ecs: ECSClient;
  readonly cluster: string;
  readonly task: string;
  /** As a function's environment does, whose first command opens the channel. */
  environment(): Runner;
  /** As a caller does that holds its channel, open already. */
  held(): Promise<HeldRunner>;
  /** Runs a command by the agent's own socket, with no channel in between. */
  direct(argv: readonly string[]): Promise<unknown>;
}

const region = 'us-east-1';

/** Starts it. Needs root, as the agent does. */
export async function openChannelService(options: { pace: 'real' | 'fast'; delayMs: number }): Promise<ChannelService> {
  await using started = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'matrx-bench-'));
  started.defer(() => rm(dataDir, { recursive: true, force: true }));
  const agent = started.use(await startAgentProcess(dataDir));
  const principals = new Principals();
  const { pace, delayMs } = options;
  const frames = delayMs > 0 ? [{ fate: { delayMs } }] : [];
  const compute = started.use(
    await createCompute({
      dataDir,
      engine: attachedTo(agent.sockets.channel),
      principals,
      clock: systemClock,
      region,
      accountId: principals.accountId,
      onEvent: () => undefined,
      gatewayUrl: () => 'http://127.0.0.1:1',
      pace,
      hazards: readHazards({ sessions: { frames } }),
    }),
  );
  const { credentials } = principals.issueService('bench');
  const ecs = new ECSClient({ region, credentials, endpoint: compute.ecsUrl, maxAttempts: 1 });
  const ssm = ssmCalls(ecs, { clock: systemClock, endpoint: compute.ssmUrl });
  started.defer(() => ecs.destroy());
  const cluster = compute.clusterName;
  const task = await runTask(ecs, cluster);
  const target = targetOf(agent, task);
  const running = started.move();
  return {
    ecs,
    cluster,
    task,
    environment: () => environment({ ecs, ssm, cluster }, target),
    direct: (argv) => agent.run({ argv, env: {} }),
    held: () => heldChannel({ ecs, ssm, cluster }, target, agent.assignment.user_id),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function environment(sessions: Parameters<typeof openChannel>[0], target: ChannelTarget): Runner {
  const clock = systemClock;
  const slots = new PlayedSlots(clock);
  const channel = agentChannel({
    clock,
    log: keptLog(),
    leases: slots,
    line: slots,
    orders: slots,
    reports: { outcomeOf: async () => undefined },
    open: (to, how) => openChannel(sessions, to, { clock, ...how }),
    endSession: (id) => endSession(sessions.ssm, id),
  });
  return {
    run: async (argv: readonly string[]): Promise<Ran> => {
      const since = performance.now();
      const order = { command_id: commandId(), argv: [...argv], env: {}, timeout_seconds: 300 };
      const { signal } = new AbortController();
      let bytes = 0;
      for await (const event of await channel.run(target, order, { streamBytes: undefined, signal }))
        if (event.kind !== 'finished') bytes += event.data.length;
      return { bytes, ms: performance.now() - since };
    },
    [Symbol.asyncDispose]: () => channel[Symbol.asyncDispose](),
  };
}

/** Machines that are processes here, whose `attach` finds this agent. Any other command runs as it is. */
function attachedTo(socket: string): Engine {
  const engine = processEngine();
  const program = join(import.meta.dirname, 'channel-attach.ts');
  const attach = ['/bin/sh', '-c', `stty raw -echo; exec ${process.execPath} ${program} ${socket}`];
  return {
    ...engine,
    start: async (spec) => {
      const machine = await engine.start(spec);
      return { ...machine, openTerminal: (argv) => machine.openTerminal(argv[0]?.endsWith('/attach') ? attach : argv) };
    },
  };
}

const targetOf = ({ assignment }: AgentPlace, taskArn: string): ChannelTarget => {
  const { sandbox_id: sandboxId, generation, channel_key } = assignment;
  return {
    sandboxId,
    generation,
    taskArn,
    agent: { channel_key, session_limit: 8, version: '1' },
    wantedUntil: null,
  };
};

async function runTask(ecs: ECSClient, cluster: string): Promise<string> {
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'bench',
      taskRoleArn: 'arn:aws:iam::000000000000:role/bench',
      cpu: '256',
      memory: '512',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      containerDefinitions: [{ name: 'sandbox', image: 'bench', command: ['sleep', '3600'] }],
    }),
  );
  const { tasks } = await ecs.send(
    new RunTaskCommand({
      cluster,
      taskDefinition: 'bench',
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
      enableExecuteCommand: true,
    }),
  );
  const task = String(tasks?.[0]?.taskArn);
  for (;;) {
    const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }));
    if (described.tasks?.[0]?.containers?.[0]?.managedAgents?.[0]?.lastStatus === 'RUNNING') return task;
    await sleep(200);
  }
}
