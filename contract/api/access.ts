import * as z from 'zod';
import { userDoors } from './doors.ts';
import { GrantId, SandboxId, Timestamp } from './identifiers.ts';
import { limits } from './limits.ts';
import type { RouteTable } from './route.ts';

const CreateAccess = z
  .strictObject({
    ttl_seconds: z
      .number()
      .int()
      .min(limits.accessSeconds.min)
      .max(limits.accessSeconds.max)
      .default(limits.accessSeconds.default)
      .describe('until it has to be renewed; never beyond the end of the sandbox'),
  })
  .meta({ id: 'CreateAccess' });

const ResumeAccess = z
  .strictObject({
    ...CreateAccess.shape,
    stream_token: z
      .boolean()
      .default(true)
      .describe('whether the connection was lost and another token is wanted; false renews the grant and nothing else'),
  })
  .meta({ id: 'ResumeAccess' });

/** A client-held channel: where it leads, what proves its holder, and what it may. Whoever has this holds the channel. */
export const Access = z
  .object({
    grant_id: GrantId,
    sandbox_id: SandboxId,
    session: z.object({
      session_id: z.string(),
      stream_url: z.string(),
      token: z.string().nullable().describe('opens the stream once; null when none was asked for'),
    }),
    grant: z.string().describe('a JSON text, to be shown to the agent as it is'),
    channel_key: z.base64().describe('of this grant: 32 bytes, which the proof is made with'),
    context: z.string().describe('what the proof is about: sandbox and generation'),
    expires_at: Timestamp,
    limits: z.object({ running_commands: z.number().int(), bytes: z.number().int() }),
  })
  .meta({ id: 'Access' });
export type Access = z.infer<typeof Access>;

const row = { doors: userDoors, scope: 'matrx/sandbox.exec', function: 'commands' } as const;
const one = z.strictObject({ sandbox_id: SandboxId, grant: GrantId });

export const accessRoutes = {
  createAccess: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/access',
    summary: 'Open a channel that the caller holds; where the deployment allows it',
    ...row,
    needs: ['records:read', 'records:write', 'channels:open', 'channels:close'],
    params: z.strictObject({ sandbox_id: SandboxId }),
    body: CreateAccess,
    answers: { 201: Access },
    errors: ['not_found', 'sandbox_not_ready', 'sandbox_ended', 'capacity_unavailable'],
    repeatable: 'never',
  },
  resumeAccess: {
    method: 'POST',
    path: '/sandboxes/{sandbox_id}/access/{grant}/resume',
    summary: 'Renew the grant of a channel, and reach its session again after a cut',
    ...row,
    needs: ['records:read', 'records:write', 'channels:resume'],
    params: one,
    body: ResumeAccess,
    answers: { 200: Access },
    errors: ['not_found', 'sandbox_not_ready', 'sandbox_ended', 'access_ended'],
    repeatable: 'always',
  },
  endAccess: {
    method: 'DELETE',
    path: '/sandboxes/{sandbox_id}/access/{grant}',
    summary: 'End a channel and revoke its grant; harmless to repeat',
    ...row,
    needs: ['records:read', 'records:write', 'channels:close'],
    params: one,
    answers: { 200: z.object({ grant_id: GrantId, ended_at: Timestamp }) },
    errors: ['not_found', 'conflict'],
    repeatable: 'always',
  },
} as const satisfies RouteTable;
