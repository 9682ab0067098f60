import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConnectionOptions, Sandbox } from '../../../client/index.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';
import { runMatrx } from '../../support/stack/run-matrx.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
let connection: ConnectionOptions;

beforeAll(async () => {
  if (!namespacesHere) return;
  stack = await startStack({ rootCommands: true });
  connection = { url: stack.url, credentials: { token: stack.service.local.person.token } };
});
afterAll(() => stack?.[Symbol.asyncDispose]());

async function ended(sandbox: Sandbox): Promise<void> {
  while ((await sandbox.refresh()).endedAt === null) await new Promise((resolve) => setTimeout(resolve, 50));
}

test.skipIf(!namespacesHere)(
  'what the code says when it is done stays in the record, for the library and matrx get',
  async () => {
    const sandbox = await Sandbox.create(connection);
    const said = await sandbox.commands.run(`matrx-agent complete '{"answer":42,"files":["a"]}'`);
    expect(said).toMatchObject({ exitCode: 0, stderr: '' });
    await ended(sandbox);
    const result = { answer: 42, files: ['a'] };
    expect(sandbox.info).toMatchObject({ status: 'stopped', stopReason: 'completed', result });
    const env = { MATRX_URL: stack.url, MATRX_TOKEN: stack.service.local.person.token };
    const shown = await runMatrx(['get', sandbox.sandboxId], { env });
    expect(shown.stdout.toString(), shown.stderr).toMatch(/^result +\{"answer":42,"files":\["a"\]\}$/m);
  },
);

test.skipIf(!namespacesHere)('what the code says of its failure does, too', async () => {
  const sandbox = await Sandbox.create(connection);
  await sandbox.commands.run(`matrx-agent error 'no more tokens' '{"step":3}'`);
  await ended(sandbox);
  const { info } = sandbox;
  expect(info).toMatchObject({
    status: 'failed',
    stopReason: 'error',
    stopDetail: 'no more tokens',
    result: { step: 3 },
  });
});

test.skipIf(!namespacesHere)('cold files outlive the sandbox that put them', async () => {
  {
    await using first = await Sandbox.create({ ...connection, storage: { cold: true } });
    expect(first.info.coldPath).toBe('/data/cold');
    const put = await first.commands.run('head -c 100000 /dev/urandom >data; matrx-cold put data; sha256sum <data');
    expect(put).toMatchObject({ exitCode: 0, stderr: '' });
    expect(put.stdout.split('\n').at(-2)?.slice(0, 64)).toBe(JSON.parse(put.stdout.split('\n')[0] ?? '').sha256);
  }
  await using second = await Sandbox.create({ ...connection, storage: { hot: false, cold: true } });
  const got = await second.commands.run('matrx-cold ls; matrx-cold get /data/cold/data here; stat -c %s here');
  expect(got).toMatchObject({ exitCode: 0, stderr: '' });
  expect(got.stdout).toMatch(/^ +100000 \S+Z data\n100000\n$/);
});

// The link gives the task's credentials to whoever knows their name, which the agent's environment alone has.
const waysToTheRole = `
link='curl -sS -m 10 --unix-socket /run/matrx/link.sock'
for pid in /proc/[0-9]*; do
  tr '\\0' '\\n' 2>/dev/null <"$pid/environ" | grep -E '^(AWS|ECS)_' && echo "read $pid"
  head -c 1 "$pid/mem" 2>/dev/null && echo "read the memory of $pid"
done
echo "names: $($link -o /dev/null -w '%{http_code}' http://169.254.170.2/v2/credentials/)"
post=(-o /dev/null -w '%{http_code}' -X POST -H 'content-type: application/json' -d '{}')
for verb in credentials complete; do
  echo "$verb: $($link "\${post[@]}" "http://api.matrx.internal/agent/v1/sandboxes/$SANDBOX_ID/$verb")"
done
echo "service door: $($link -o /dev/null -w '%{http_code}' "http://api.matrx.internal/iam/v1/sandboxes")"
echo "object: $($link -o /dev/null -w '%{http_code}' "http://matrx-local.s3.us-east-1.amazonaws.com/users/$USER_ID/home/head.json")"`;

test.skipIf(!namespacesHere)('root’s commands reach the agent’s link, and nothing answers them there', async () => {
  await using sandbox = await Sandbox.create(connection);
  const { stdout } = await sandbox.commands.run(waysToTheRole, { user: 'root' });
  expect(stdout).toBe(
    ['names: 404', 'credentials: 401', 'complete: 401', 'service door: 401', 'object: 403', ''].join('\n'),
  );
  expect((await sandbox.refresh()).status).toBe('ready');
});
