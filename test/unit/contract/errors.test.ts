import { expect, test } from 'vitest';
import { ErrorBody, errorBody } from '../../../contract/api/error-body.ts';
import { errorCodes, errors, SandboxError } from '../../../contract/api/errors.ts';

test.each(errorCodes)('the failure %s carries its status, retry and hint from the table', (code) => {
  const error = new SandboxError(code, 'told', { details: { field: 'ttl_seconds' }, cause: new Error('why') });
  expect([error.status, error.retry, error.hint]).toEqual([errors[code].status, errors[code].retry, errors[code].hint]);
  expect(ErrorBody.parse(errorBody(error, 'req_1'))).toEqual({
    error: {
      code,
      message: 'told',
      hint: errors[code].hint,
      retry: errors[code].retry,
      request_id: 'req_1',
      details: { field: 'ttl_seconds' },
    },
  });
});

test('M1: a failure keeps its cause, and the caller never sees it', () => {
  const cause = new Error('AccessDeniedException on table');
  const error = new SandboxError('unavailable', 'the table does not answer', { cause });
  expect(error.cause).toBe(cause);
  expect(JSON.stringify(errorBody(error, 'req_1'))).not.toContain('AccessDenied');
});

test('a code that asks to retry has a status that proxies and clients retry too', () => {
  for (const code of errorCodes) if (errors[code].retry) expect([409, 429, 503]).toContain(errors[code].status);
});
