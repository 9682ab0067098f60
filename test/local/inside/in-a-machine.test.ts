import { expect, test } from 'vitest';
import { requestFrames, until } from '../../support/agent/agent-machine.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';
import { openChannel, startMachine } from '../../support/machines/real-machine.ts';

test.skipIf(!namespacesHere)(
  'in a real machine matrx-agent speaks for the code there, and complete ends the machine with 0',
  async () => {
    await using inside = await startMachine();
    const { machine, plane } = inside;
    await until(() => plane.heartbeats.some(({ state }) => state === 'ready'));
    const { http, terminal } = await openChannel(inside);
    const info = await requestFrames(http, { command: 'matrx-agent info' });
    expect(JSON.parse(info.stdout.toString()), info.stderr.toString()).toMatchObject({
      sandbox_id: plane.assignment.sandbox_id,
      hot_path: '/home/agent',
    });
    const { outcome } = await requestFrames(http, { command: `matrx-agent complete '{"answer":42}'` });
    expect(outcome.exit_code).toBe(0);
    expect(await machine.exited, inside.log()).toMatchObject({ exitCode: 0 });
    expect(plane.words).toEqual([{ stop_reason: 'completed', result: { answer: 42 } }]);
    http.destroy();
    await terminal.exited;
  },
);

// Whatever listens, whatever lies about: the ways to credentials that code in a container tries first.
const waysToCredentials = `
for address in 169.254.169.254 169.254.170.2 169.254.170.23 fd00:ec2::254; do
  timeout 2 bash -c "exec 3<>/dev/tcp/$address/80" 2>/dev/null && echo "reached $address"
done
tr '\\0' '\\n' 2>/dev/null </proc/1/environ | grep -E 'AWS_|ECS_|MATRX_' && echo 'read the environment of 1'
for pid in /proc/[0-9]*; do
  tr '\\0' '\\n' 2>/dev/null <"$pid/environ" | grep -qE '^(AWS|ECS|MATRX)_' && echo "read $pid"
done
env | grep -E '^(AWS|ECS|MATRX)_' && echo 'was given names'
ls ~/.aws /run/matrx /var/lib/matrx 2>/dev/null && echo 'listed what is not its own'
curl -sS -m 2 --unix-socket /run/matrx/link.sock http://169.254.170.2/ 2>/dev/null && echo 'spoke by the link'
for path in /v2/credentials/x /latest/meta-data/ "/agent/v1/sandboxes/$SANDBOX_ID/credentials"; do
  curl -sS -m 2 "$ORCHESTRATOR_URL$path" | grep -v route_not_found && echo "was answered at $path"
  curl -sS -m 2 -X POST "$ORCHESTRATOR_URL$path" | grep -v route_not_found && echo "was answered at $path"
done
curl -sS -m 2 -x "$ORCHESTRATOR_URL" http://169.254.170.2/ | grep -v -e permission_denied -e route_not_found && echo 'was proxied'
true`;

test.skipIf(!namespacesHere)('code in a machine finds no credentials, at the door inside or anywhere', async () => {
  await using inside = await startMachine();
  await until(() => inside.plane.heartbeats.some(({ state }) => state === 'ready'));
  const { http, terminal } = await openChannel(inside);
  const asked = inside.plane.requests.length;
  const { stdout, outcome } = await requestFrames(http, { command: waysToCredentials });
  expect(stdout.toString()).toBe('');
  expect(outcome.exit_code).toBe(0);
  // Nothing of it came to the link but what the agent itself says there.
  const own = /(\/heartbeat|\/outcomes|\/v2\/credentials\/4d1e9f0a)$/;
  expect(inside.plane.requests.slice(asked).filter((request) => !own.test(request))).toEqual([]);
  http.destroy();
  await terminal.exited;
});
