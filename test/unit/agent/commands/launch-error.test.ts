import { expect, test } from 'vitest';
import { launchError } from '../../../../containers/agent/commands/launch/launch.ts';
import { AgentError, agentErrors } from '../../../../contract/agent/errors.ts';
import { toldError } from '../../../../contract/agent/told-error.ts';

test.for([
  ['ENOSPC', 'disk_full', 'unavailable'],
  ['EAGAIN', 'too_many_commands', 'rate_limited'],
  ['ENOMEM', 'too_many_commands', 'rate_limited'],
  ['EMFILE', 'too_many_commands', 'rate_limited'],
  ['EPERM', 'internal', 'internal'],
] as const)('L6: a launch that fails by %s is told as %s, and outside as %s', ([code, inside, outside]) => {
  const cause = Object.assign(new Error('from the kernel'), { code });
  const error = launchError(cause);
  expect(error).toBeInstanceOf(AgentError);
  expect([error.code, error.cause]).toEqual([inside, cause]);
  expect(toldError({ error: { code: inside, message: error.message, details: {} } }, '').code).toBe(outside);
});

test('L6: what a command is refused for has the same name outside', () => {
  const outside = (code: keyof typeof agentErrors) => agentErrors[code].outside;
  expect([outside('root_refused'), outside('session_busy'), outside('conflict'), outside('input_full')]).toEqual([
    'forbidden',
    'session_busy',
    'conflict',
    'rate_limited',
  ]);
});
