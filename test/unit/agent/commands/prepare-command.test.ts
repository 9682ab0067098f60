import { expect, test } from 'vitest';
import { prepareCommand } from '../../../../containers/agent/commands/prepare-command.ts';
import { limits } from '../../../../contract/api/limits.ts';

const source = { sandbox_id: 'sbx_1', user_id: 'ada', env: {} };
const order = { command_id: 'cmd_1', argv: ['true'], env: {}, timeout_seconds: 1 };

test('a folder that is too long only with the home before it is refused, before anything runs', () => {
  const longest = 'a'.repeat(limits.pathBytes - '/home/agent/'.length);
  expect(prepareCommand({ ...order, cwd: longest }, '/home/agent', source).cwd).toHaveLength(limits.pathBytes);
  expect(() => prepareCommand({ ...order, cwd: `${longest}a` }, '/home/agent', source)).toThrow(
    expect.objectContaining({ code: 'invalid_request', details: expect.objectContaining({ field: 'cwd' }) }),
  );
});
