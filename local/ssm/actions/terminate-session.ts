import type { TerminateSessionCommandInput, TerminateSessionCommandOutput } from '@aws-sdk/client-ssm';
import type { Action } from '../../aws/json-service.ts';
import type { ExecSessions } from '../sessions/exec-sessions.ts';

/** Answers before the slot is free, and the same for a session that is over or never was. */
export const terminateSession = (sessions: ExecSessions) =>
  (({ SessionId }) => {
    sessions.find(String(SessionId))?.end();
    return { SessionId };
  }) satisfies Action<TerminateSessionCommandInput, TerminateSessionCommandOutput>;
