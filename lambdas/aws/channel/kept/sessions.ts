import type { Resume } from '../../../../channel/near/session-link.ts';
import type { SsmCall } from '../ssm/ssm-calls.ts';

const isUnknown = (error: unknown): boolean => error instanceof Error && error.name === 'DoesNotExistException';

/** The way back to a session: a new token for it, for as long as the service knows it. */
export const resumeSession =
  (ssm: SsmCall, sessionId: string): Resume =>
  async (signal) => {
    try {
      const { TokenValue: tokenValue } = await ssm('ResumeSession', sessionId, signal);
      return typeof tokenValue === 'string' ? { tokenValue } : undefined;
    } catch (error) {
      if (isUnknown(error)) return undefined;
      throw error;
    }
  };

/** Ends a session by the service; false when nobody knows. A session nobody ends goes by itself: attach doesn't outlive a silent peer. */
export async function endSession(ssm: SsmCall, sessionId: string): Promise<boolean> {
  try {
    await ssm('TerminateSession', sessionId);
    return true;
  } catch (error) {
    return isUnknown(error);
  }
}
