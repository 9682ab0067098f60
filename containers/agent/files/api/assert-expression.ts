import { AgentError } from '../../../../contract/agent/errors.ts';

/** Throws `invalid_request` for a pattern that is no regular expression. */
export function assertExpression(pattern: string | undefined): void {
  try {
    new RegExp(pattern ?? '', 'u');
  } catch (cause) {
    throw new AgentError('invalid_request', 'pattern: expected a regular expression', {
      details: { field: 'pattern', value: pattern?.slice(0, 100), rule: 'expected a regular expression' },
      cause,
    });
  }
}
