import * as z from 'zod';
import { agentApi } from '../../../contract/agent/commands.ts';
import { type AssignmentSettings, assignmentOf } from '../agent/assignment-of.ts';
import type { AgentChannel } from '../agent/channel-ports.ts';
import { channelTarget } from '../commands/agent/channel-target.ts';
import { explainFailure } from '../commands/agent/explain-failure.ts';
import type { SandboxRecords } from '../sandboxes/ports.ts';
import type { AssignedAgent, SandboxRecord } from '../sandboxes/record.ts';

export interface HandOverPorts extends AssignmentSettings {
  readonly records: Pick<SandboxRecords, 'get' | 'environmentOf'>;
  readonly channel: Pick<AgentChannel, 'ask'>;
}

// The agent answers once it is ready, or after a few seconds; its machine may be busy.
const withinMs = 15_000;

/** A sandbox that has a pool's machine, which may not know it yet. */
type HandedOver = Extract<SandboxRecord, { status: 'starting' }> & { readonly agent: AssignedAgent };

/** Whether the machine waits for its assignment, or prepares what it says. */
export const isHandedOver = (record: SandboxRecord): record is HandedOver =>
  record.status === 'starting' && record.agent?.pool_member !== undefined;

/** Brings a pool's machine its assignment by the first channel, and answers the record as it is then. */
export type HandOver = (record: HandedOver, signal: AbortSignal) => Promise<SandboxRecord>;

/** Harmless to repeat, beside others and after the agent has heard of it otherwise. Throws what `ask` throws. */
export const handOver =
  ({ records, channel, ...settings }: HandOverPorts): HandOver =>
  async (record, signal) => {
    const env = await records.environmentOf(record.sandbox_id);
    const { method, path } = agentApi.assign;
    const body = assignmentOf(record, env, settings);
    const question = { method, path, body, answer: z.object({}), repeatable: true, withinMs };
    await channel.ask(channelTarget(record), question, signal).catch(async (error) => {
      throw await explainFailure(records, record.sandbox_id, error);
    });
    return (await records.get(record.sandbox_id)) ?? record;
  };
