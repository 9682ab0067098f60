import type { ResumeSessionCommandInput, ResumeSessionCommandOutput } from '@aws-sdk/client-ssm';
import { AwsError } from '../../aws/aws-error.ts';
import type { Action } from '../../aws/json-service.ts';
import type { ExecSessions } from '../sessions/exec-sessions.ts';

/** The token works with the address from ExecuteCommand too. */
export const resumeSession = (sessions: ExecSessions) =>
  (({ SessionId }) => {
    const offer = sessions.resume(String(SessionId));
    if (!offer) throw new AwsError('DoesNotExistException', `Session ${SessionId} doesn't exist`);
    return { SessionId: offer.sessionId, StreamUrl: offer.streamUrl, TokenValue: offer.tokenValue };
  }) satisfies Action<ResumeSessionCommandInput, ResumeSessionCommandOutput>;
