import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { type FunctionName, functions } from '../../contract/deployment.ts';
import { bundleFunction } from '../../lib/functions/bundle-function.ts';
import { functionNames, isEventFunction } from '../../lib/functions/functions.ts';
import { sampleSettings } from '../support/deployment/sample-settings.ts';
import { agentIdentity, gatewayEvent } from '../support/stack/gateway-events.ts';

const folder = mkdtempSync(join(tmpdir(), 'matrx-bundles-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const built = new Map<FunctionName, Promise<Metafile>>();
const folderOf = (name: FunctionName): string => join(folder, name);

/** Bundles it once for all tests here; answers what went in. */
function bundled(name: FunctionName): Promise<Metafile> {
  const bundle = built.get(name) ?? bundleFunction(name, folderOf(name));
  built.set(name, bundle);
  return bundle;
}

const host = join(import.meta.dirname, '../support/stack/bundle-host.ts');
const sandboxId = `sbx_${'0'.repeat(26)}`;

/** What a schedule sends, as EventBridge writes it. */
const scheduled = (rule: string) => ({
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '111122223333',
  time: '2026-11-23T06:00:00Z',
  region: 'us-east-1',
  resources: [`arn:aws:events:us-east-1:111122223333:rule/${rule}`],
  detail: {},
});

// Nothing outside is reached: an event is answered by what a function knows itself, and what a schedule asks for fails as it
// does when AWS is away.
const awsIsAway = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
const events: Record<FunctionName, { event: unknown; answers: object }> = {
  query: {
    event: gatewayEvent('getOpenapi'),
    answers: { status: 200, body: expect.stringContaining('"openapi":"3.1') },
  },
  lifecycle: {
    event: gatewayEvent('createSandbox', { body: { user_id: 'ada', sise: 'm' } }),
    answers: { status: 400, body: expect.stringContaining('"nearest":"size"') },
  },
  commands: {
    event: gatewayEvent('execCommand', { params: { sandbox_id: sandboxId }, body: { command: '' } }),
    answers: { status: 400, body: expect.stringContaining('"code":"invalid_request"') },
  },
  storage: {
    event: gatewayEvent('deleteStorage', {
      params: { user_id: 'ada', tier: 'hot' },
      query: { confirm: 'eve' },
    }),
    answers: { status: 400, body: expect.stringContaining('"field":"query.confirm"') },
  },
  agent: {
    event: gatewayEvent('hello', {
      identity: { ...agentIdentity('0'.repeat(32)), caller: 'AROAOTHER:x' },
      body: { agent_version: '1', session_limit: null },
    }),
    answers: { status: 403, body: expect.stringContaining('"code":"forbidden"') },
  },
  'settle-task': {
    event: {
      source: 'aws.ecs',
      'detail-type': 'ECS Task State Change',
      detail: {
        taskArn: `arn:aws:ecs:us-east-1:111122223333:task/matrx-sandbox/${'0'.repeat(32)}`,
        startedBy: 'somebody else',
        version: 3,
        lastStatus: 'STOPPED',
        desiredStatus: 'STOPPED',
        containers: [],
      },
    },
    answers: { logged: [expect.stringContaining('"event":"task.settle"')] },
  },
  'tidy-storage': {
    event: scheduled('hour'),
    answers: { thrown: 'SandboxError' },
  },
  reap: {
    event: scheduled('minute'),
    answers: { logged: expect.arrayContaining([expect.stringContaining('"event":"reaper.overdue"')]) },
  },
};

test.each(functionNames)('the bundle of %s answers in a process with nothing but its own environment', async (name) => {
  const own = folderOf(name);
  await bundled(name);
  const { event, answers } = events[name];
  const printed = execFileSync(process.execPath, [host, join(own, 'index.mjs')], {
    cwd: own,
    env: { ...sampleSettings(name), ...awsIsAway },
    input: JSON.stringify(event),
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toMatchObject(answers);
});

test.each(functionNames)('the bundle of %s is small enough to load in a tenth of a second', async (name) => {
  await bundled(name);
  expect(statSync(join(folderOf(name), 'index.mjs')).size).toBeLessThan(700_000);
});

test('a function that events reach has no routes in its bundle', async () => {
  for (const name of functionNames.filter(isEventFunction)) {
    const inputs = Object.keys((await bundled(name)).inputs);
    expect(inputs).toContain('contract/deployment.ts');
    expect(inputs).not.toContain('contract/api/routes.ts');
  }
});

test('fails at its start when a setting is missing, and names all that are', async () => {
  await bundled('lifecycle');
  const { MATRX_TABLE, MATRX_CLUSTER, ...env } = sampleSettings('lifecycle');
  expect([MATRX_TABLE, MATRX_CLUSTER]).not.toContain(undefined);
  const start = () =>
    execFileSync(process.execPath, [host, join(folderOf('lifecycle'), 'index.mjs')], {
      env,
      input: '{}',
      stdio: 'pipe',
    });
  expect(start).toThrow(/MATRX_TABLE is missing.*MATRX_CLUSTER is missing/);
});

test('every function of the contract has a recorded event here', () => {
  expect(Object.keys(events).sort()).toEqual(Object.keys(functions).sort());
});
