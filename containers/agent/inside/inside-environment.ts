import type { Assignment } from '../../../contract/api/agent-reports.ts';
import { coldPath } from './cold-path.ts';

/** An assignment whose environment also tells of the door inside. What the caller has set stays as it is. */
export const withInside = (assignment: Assignment, url: string | undefined): Assignment => ({
  ...assignment,
  env: { COLD_PATH: coldPath, ...(url === undefined ? {} : { ORCHESTRATOR_URL: url }), ...assignment.env },
});
