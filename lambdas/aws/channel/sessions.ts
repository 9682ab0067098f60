import {
  DoesNotExistException,
  ResumeSessionCommand,
  type SSMClient,
  TerminateSessionCommand,
} from '@aws-sdk/client-ssm';
import type { Resume } from '../../../channel/near/session-link.ts';

/** The way back to a session: a new token for it, for as long as the service knows it. */
export const resumeSession =
  (ssm: SSMClient, sessionId: string): Resume =>
  async (abortSignal) => {
    const resume = new ResumeSessionCommand({ SessionId: sessionId });
    try {
      const { TokenValue: tokenValue } = await ssm.send(resume, { abortSignal });
      return tokenValue === undefined ? undefined : { tokenValue };
    } catch (error) {
      if (error instanceof DoesNotExistException) return undefined;
      throw error;
    }
  };

/** Ends a session by the service; false when nobody knows. A session nobody ends goes by itself: attach doesn't outlive a silent peer. */
export async function endSession(ssm: SSMClient, sessionId: string): Promise<boolean> {
  try {
    await ssm.send(new TerminateSessionCommand({ SessionId: sessionId }));
    return true;
  } catch (error) {
    return error instanceof DoesNotExistException;
  }
}
