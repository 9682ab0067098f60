import type { Assignment } from '../../../contract/api/agent-reports.ts';
import type { AssignedAgent, SandboxRecord } from '../sandboxes/record.ts';
import type { HomeSettings } from '../storage/ports.ts';

/** What the deployment says of every sandbox. */
export interface AssignmentSettings {
  /** Whether commands may be root's. */
  readonly rootCommands: boolean;
  readonly homeSettings: HomeSettings;
}

const heartbeatSeconds = 30;

/** What a sandbox's agent is told, the same each time. Pure. */
export const assignmentOf = (
  record: SandboxRecord & { readonly agent: AssignedAgent },
  env: Readonly<Record<string, string>> | undefined,
  { rootCommands, homeSettings }: AssignmentSettings,
): Assignment => ({
  sandbox_id: record.sandbox_id,
  user_id: record.user_id,
  generation: record.generation,
  expires_at: record.expires_at,
  idle_timeout_seconds: record.idle_timeout_seconds,
  env: { ...env },
  git: record.git,
  on_ready: record.on_ready,
  channel_key: record.agent.channel_key,
  heartbeat_seconds: heartbeatSeconds,
  root_commands: rootCommands,
  home: { ...homeSettings, enabled: record.storage.hot, from: record.home_from },
  cold: record.storage.cold,
  pool_member: record.agent.pool_member,
});
