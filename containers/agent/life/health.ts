import { readdirSync } from 'node:fs';
import type * as z from 'zod';
import type { AgentHealth } from '../../../contract/agent/commands.ts';
import type { Commands } from '../commands/commands.ts';
import type { SandboxLife } from './sandbox-life.ts';

interface Agent {
  readonly version: string;
  readonly startedMs: number;
}

const iso = (ms: number): string => new Date(ms).toISOString();

const controlPlane = ({ heartbeats: { trouble, since } }: SandboxLife) =>
  ({
    name: 'control_plane',
    state: trouble === undefined ? 'ok' : 'down',
    detail: trouble ?? 'answers heartbeats',
    since: iso(since),
  }) as const;

/** How the agent is, part by part. */
export function agentHealth(
  { version, startedMs }: Agent,
  commands: Commands,
  life: SandboxLife | undefined,
  channels: number,
): z.infer<typeof AgentHealth> {
  const state = life?.state ?? 'waiting';
  const agent = { name: 'agent', state: 'ok', detail: state, since: iso(startedMs) } as const;
  return {
    version,
    state,
    parts: life === undefined ? [agent] : [agent, controlPlane(life)],
    running_commands: commands.running,
    memory_bytes: process.memoryUsage.rss(),
    open_descriptors: readdirSync('/proc/self/fd').length,
    channels,
  };
}
