import type { Clock } from '../../contract/clock.ts';
import { type AfterAction, type BeforeAction, createJsonService, type JsonService } from '../aws/json-service.ts';
import type { Principals } from '../aws/keys.ts';
import { resumeSession } from './actions/resume-session.ts';
import { terminateSession } from './actions/terminate-session.ts';
import type { ExecSessions } from './sessions/exec-sessions.ts';

export interface SsmOptions {
  readonly principals: Principals;
  readonly region: string;
  readonly clock: Clock;
  /** Run around each operation: see `JsonServiceOptions`. */
  readonly before: BeforeAction;
  readonly after: AfterAction;
}

/** The part of Systems Manager that sessions need. */
export function createSsm(sessions: ExecSessions, options: SsmOptions): JsonService {
  return createJsonService({
    ...options,
    target: 'AmazonSSM',
    service: 'ssm',
    jsonVersion: '1.1',
    actions: { ResumeSession: resumeSession(sessions), TerminateSession: terminateSession(sessions) },
  });
}
