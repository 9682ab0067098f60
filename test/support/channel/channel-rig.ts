import { randomBytes } from 'node:crypto';
import type { CommandEvent } from '../../../contract/agent/command-frames.ts';
import { type Clock, systemClock } from '../../../contract/clock.ts';
import { agentChannel } from '../../../lambdas/aws/channel/agent-channel.ts';
import { openChannel } from '../../../lambdas/aws/channel/kept/open-channel.ts';
import { endSession } from '../../../lambdas/aws/channel/kept/sessions.ts';
import { ssmCalls } from '../../../lambdas/aws/channel/ssm/ssm-calls.ts';
import type { AgentChannel, ChannelTarget } from '../../../lambdas/core/agent/channel-ports.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';
import { commandId } from '../agent/agent-machine.ts';
import { keptLog } from '../fakes/fakes.ts';
import { PlayedSlots } from '../fakes/played-slots.ts';
import { type Script, ScriptedAgent, scriptOrder } from '../fakes/scripted-agent.ts';
import { attachEngine } from '../machines/attach-engine.ts';
import { eventually, startCompute } from '../machines/compute.ts';

export interface RunResult {
  readonly id: string;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** How many outcomes came, and the last of them. */
  readonly outcomes: number;
  readonly exitCode: number | null | undefined;
  readonly error: { readonly code: string; readonly details?: object } | undefined;
}

/** One sandbox behind the message service, and environments that run commands in it over channels of their own. */
export async function channelRig(
  options: { hazards?: HazardSettings; clock?: Clock; slots?: number; pace?: 'fast' | 'real' } = {},
) {
  const { clock = systemClock, slots = 8, pace = 'fast' } = options;
  const key = randomBytes(32);
  const sandboxId = `sbx_${'0'.repeat(26)}`;
  const agent = new ScriptedAgent({ key, context: `${sandboxId}/1` }, clock);
  const refused: string[] = [];
  const calls: string[] = [];
  const count = (operation: string) => void calls.push(operation);
  const hazards = readHazards({ ...options.hazards, sessions: { limit: slots, ...options.hazards?.sessions } });
  const compute = await startCompute({
    engine: attachEngine(agent.connect, clock),
    clock,
    pace,
    hazards,
    onRefused: (message) => refused.push(message),
    faults: { ecs: count, ssm: count },
  });
  await compute.register('exec true');
  const taskArn = await compute.run();
  await eventually(async () => {
    const { containers } = (await compute.describe(taskArn)) ?? {};
    return containers?.[0]?.managedAgents?.[0]?.lastStatus === 'RUNNING';
  });
  const line = new PlayedSlots(clock);
  const target = (): ChannelTarget => ({
    sandboxId,
    generation: 1,
    taskArn,
    agent: { channel_key: key.toString('base64'), session_limit: slots, version: '1' },
    wantedUntil: line.wantedUntilMs > 0 ? new Date(line.wantedUntilMs).toISOString() : null,
  });
  const { ecs, ssmUrl: endpoint, clusterName: cluster } = compute;
  const sessions = { ecs, ssm: ssmCalls(ecs, { clock, endpoint, maxAttempts: 1 }), cluster };
  const environment = () =>
    agentChannel({
      clock,
      log: keptLog(),
      leases: line,
      line,
      orders: line,
      reports: { outcomeOf: async (_, id) => agent.reports.get(id) },
      open: (to, how) => openChannel(sessions, to, { clock, ...how }),
      endSession: (id) => endSession(sessions.ssm, id),
    });
  const taskId = taskArn.slice(taskArn.lastIndexOf('/') + 1);
  return {
    agent,
    line,
    refused,
    /** How often an operation of ECS or Systems Manager was called. */
    callsOf: (operation: string) => calls.filter((call) => call === operation).length,
    environment,
    /** Sessions that the service counts. */
    taken: () => compute.sessions.takenBy(taskId),
    /** Runs a command to its end, whatever comes. */
    run: (channel: AgentChannel, script: Script, how: { streamBytes?: number } = {}) =>
      runScript(channel, target(), script, how),
    stop: compute.stop,
  };
}

async function runScript(
  channel: AgentChannel,
  target: ChannelTarget,
  script: Script,
  { streamBytes }: { streamBytes?: number },
): Promise<RunResult> {
  const id = commandId();
  const order = { command_id: id, argv: [...scriptOrder(script)], env: {}, timeout_seconds: 600 };
  const seen = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const ends: (CommandEvent & { kind: 'finished' })[] = [];
  let error: RunResult['error'];
  try {
    const signal = new AbortController().signal;
    for await (const event of await channel.run(target, order, { streamBytes, signal })) {
      if (event.kind === 'finished') ends.push(event);
      else seen[event.kind].push(placed(seen[event.kind], event));
    }
  } catch (cause) {
    error = cause as { code: string };
  }
  return {
    id,
    stdout: Buffer.concat(seen.stdout),
    stderr: Buffer.concat(seen.stderr),
    outcomes: ends.length,
    exitCode: ends[0]?.outcome.exit_code,
    error,
  };
}

/** The data, if it belongs right behind what there is. */
function placed(before: readonly Buffer[], { offset, data }: { offset: number; data: Uint8Array }): Buffer {
  const end = before.reduce((sum, { length }) => sum + length, 0);
  if (offset !== end) throw new Error(`output at ${offset} follows output up to ${end}`);
  return Buffer.from(data);
}
