import { expect, test } from 'vitest';
import type { Route } from '../../../contract/api/route.ts';
import { type RouteName, routeRows } from '../../../contract/api/routes.ts';
import { fakeFunctions } from '../../support/fakes/fake-functions.ts';
import { claimsOf, gatewayEvent } from '../../support/stack/gateway-events.ts';
import { answerOf } from '../../support/stack/lambda-runtime.ts';

// Whoever isn't its owner can't tell a sandbox that is there from one that is not, by any route, and nothing is asked of it.

const number = (prefix: string) => `${prefix}_${'0'.repeat(26)}`;
const nowhere = { sandbox_id: number('sbx'), user_id: 'nobody' };
const others = {
  command_id: number('cmd'),
  upload: number('upl'),
  grant: number('grt'),
  checkpoint_id: number('ckp'),
  other_id: number('ckp'),
  tier: 'hot',
};

type Input = Parameters<typeof gatewayEvent>[1];
const path = { path: 'a' };
const sha256 = '0'.repeat(64);

/** What a route has to be given beside its path, so that nothing but its owner is in the way. */
const inputs: Partial<Record<RouteName, Input>> = {
  patchSandbox: { body: { ttl_seconds: 60 } },
  execCommand: { body: { command: 'true' } },
  startCommand: { body: { command: 'true' } },
  readOutput: { query: { stream: 'stdout' } },
  writeStdin: { body: { data: '', eof: true } },
  signalCommand: { body: { signal: 'SIGTERM' } },
  resizeCommand: { body: { rows: 24, cols: 80 } },
  readFile: { query: path },
  writeFile: {
    query: path,
    text: 'eA==',
    isBase64Encoded: true,
    headers: { 'content-type': 'application/octet-stream' },
  },
  writeFiles: { body: { files: [{ path: 'a', data: 'x' }] } },
  removeFile: { query: path },
  listFiles: { query: path },
  statFile: { query: path },
  moveFile: { body: { from: path, to: { path: 'b' } } },
  makeFolder: { body: path },
  changeMode: { body: { path: 'a', mode: '644' } },
  watchFiles: { query: path, headers: { accept: 'application/x-ndjson' } },
  searchFiles: { body: { path: '.', text: 'x' } },
  readCheckpointFile: { query: path },
  listCheckpointFiles: { query: path },
  startUpload: { body: path },
  signParts: { body: { parts: [{ number: 1, size: 1, sha256 }] } },
  completeUpload: { body: { size: 1, sha256 } },
  downloadFile: { body: path },
};

const rows = routeRows.filter(([, { doors, path }]) => doors.includes('person') && path.includes('{'));
const needsAdmin = ([, { path }]: readonly [RouteName, Route]) => path.startsWith('/admin/');

async function asked(name: RouteName, row: Route, whose: typeof nowhere, service: ReturnType<typeof fakeFunctions>) {
  const params = Object.fromEntries(
    Object.entries({ ...others, ...whose }).filter(([param]) => row.path.includes(`{${param}}`)),
  );
  const input = { body: row.body ? {} : undefined, ...inputs[name] };
  // What is confirmed is the user itself.
  const query = name === 'deleteStorage' ? { confirm: whose.user_id } : (input.query ?? {});
  const event = gatewayEvent(name, { ...input, query, door: 'person', params, claims: claimsOf('eve') });
  const functions = service.functions as Readonly<Record<string, Parameters<typeof answerOf>[0]>>;
  const handler = functions[row.function];
  if (handler === undefined) throw new Error(`no function ${row.function}`);
  const { status, error } = await answerOf(handler, event);
  const ids = [whose.sandbox_id, whose.user_id];
  const text = JSON.stringify(error);
  return { status, text: ids.reduce((rest, id) => rest.replaceAll(id, '…'), text) };
}

test.each(rows.filter((row) => !needsAdmin(row)))('%s: another’s is as one that is not there', async (name, row) => {
  const service = fakeFunctions();
  const sandbox_id = await service.ready();
  const user_id = (await service.ports.records.get(sandbox_id))?.user_id ?? '';
  const [found, missing] = [
    await asked(name, row, { sandbox_id, user_id }, service),
    await asked(name, row, nowhere, service),
  ];
  expect(missing).toMatchObject({ status: 404, text: expect.stringContaining('"not_found"') });
  expect(found).toEqual(missing);
  const { orders, follows, questions, reads, streams } = service.ports.channel;
  expect([orders, follows, questions, reads, streams].flat()).toEqual([]);
});

test.each(rows.filter(needsAdmin))('%s: is forbidden to whoever is no operator', async (name, row) => {
  const { status } = await asked(name, row, nowhere, fakeFunctions());
  expect(status).toBe(403);
});
