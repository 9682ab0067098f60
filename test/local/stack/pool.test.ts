import { expect, onTestFinished, test, vi } from 'vitest';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';
import { type Caller, call, exec } from '../../support/stack/sandbox-calls.ts';
import { startStack } from '../../support/stack/stack.ts';

const patient = { timeout: 60_000, interval: 200 };

interface Pools {
  readonly pools: readonly { idle: number }[];
}

async function startPooled(count: number) {
  const stack = await startStack({ pool: [{ template: 'base', size: 's', count }] });
  onTestFinished(() => stack[Symbol.asyncDispose]());
  const ann: Caller = { fetch: await stack.asPerson('ann'), door: '/v1' };
  const admin: Caller = { fetch: await stack.asAdmin(), door: '/v1' };
  const untilIdle = (idle: number) =>
    vi.waitFor(async () => {
      const { body } = await call<Pools>(admin, 'GET', '/admin/pools');
      expect(body.pools[0]?.idle).toBe(idle);
    }, patient);
  return { ann, admin, untilIdle };
}

test.skipIf(!namespacesHere)(
  'a sandbox from the pool has what it was created with, its first command at once, and the pool is filled again',
  async () => {
    const { ann, untilIdle } = await startPooled(1);
    await untilIdle(1);
    const { body: sandbox } = await call<Sandbox>(ann, 'POST', '/sandboxes', { env: { NAME: 'ann' } });
    expect(sandbox).toMatchObject({ started_from: 'pool', status: 'starting', generation: 1 });
    // Nobody has waited: the first command's own channel brings the assignment.
    const both = await Promise.all(
      ['echo $NAME $SANDBOX_ID', 'id -u'].map((command) => exec(ann, sandbox.sandbox_id, { command })),
    );
    expect(both.map(({ stdout }) => stdout)).toEqual([`ann ${sandbox.sandbox_id}\n`, '1000\n']);
    await untilIdle(1);
    const { body: later } = await call<Sandbox>(ann, 'POST', '/sandboxes?wait=true', {});
    expect(later).toMatchObject({ started_from: 'pool', status: 'ready' });
  },
  120_000,
);
