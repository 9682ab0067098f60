import { readdirSync } from 'node:fs';
import type * as z from 'zod';
import type { AgentHealth } from '../../../contract/agent/commands.ts';
import type { Commands } from '../commands/commands.ts';
import type { SandboxLife } from './sandbox-life.ts';

/** How the agent is, part by part. */
export function agentHealth(
  version: string,
  commands: Commands,
  life: SandboxLife | undefined,
  channels: number,
): z.infer<typeof AgentHealth> {
  const trouble = life?.heartbeats.trouble;
  return {
    version,
    state: life?.state ?? 'waiting',
    parts: [{ name: 'control_plane', state: trouble === undefined ? 'ok' : 'down', detail: trouble ?? '' }],
    running_commands: commands.running,
    memory_bytes: process.memoryUsage.rss(),
    open_descriptors: readdirSync('/proc/self/fd').length,
    channels,
  };
}
