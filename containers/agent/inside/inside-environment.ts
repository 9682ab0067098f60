import type { Assignment } from '../../../contract/api/agent-reports.ts';

/** Where cold files are, by name: nothing is mounted there, `matrx-cold` reaches them. */
export const coldPath = '/data/cold';

/** An assignment whose environment also tells of the door inside. What the caller has set stays as it is. */
export const withInside = (assignment: Assignment, url: string | undefined): Assignment => ({
  ...assignment,
  env: { COLD_PATH: coldPath, ...(url === undefined ? {} : { ORCHESTRATOR_URL: url }), ...assignment.env },
});
