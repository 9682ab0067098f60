import { complete, reportError } from '../core/agent/end-of-work.ts';
import { heartbeat } from '../core/agent/heartbeat.ts';
import { hello } from '../core/agent/hello.ts';
import { reportOutcomes } from '../core/agent/report-outcomes.ts';
import { storageCredentials } from '../core/agent/storage-credentials.ts';

/** What agents say. */
export const agentOperations = {
  hello,
  heartbeat,
  complete,
  reportError,
  reportOutcomes,
  storageCredentials,
};
