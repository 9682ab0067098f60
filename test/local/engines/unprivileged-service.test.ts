import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';

const run = promisify(execFile);
const userProgram = join(import.meta.dirname, '../../support/machines/machine-user.ts');
const nobody = 65534;

async function as(uid: number, ...words: string[]) {
  const { stdout } = await run(realpathSync(process.execPath), [userProgram, ...words], {
    uid,
    gid: uid,
    cwd: '/',
    env: { PATH: process.env['PATH'], TMPDIR: '/tmp' },
  });
  return JSON.parse(stdout);
}

/** Whether users other than root can read this project and run this Node. */
const othersCanRun = await as(nobody).then(
  () => true,
  () => false,
);

/** A user of this host that may map a whole range of ids, by /etc/subuid and newuidmap. */
function userWithRange(): number | undefined {
  const hasTool = ['/usr/bin/newuidmap', '/usr/local/bin/newuidmap'].some(existsSync);
  if (!hasTool || !existsSync('/etc/subuid')) return undefined;
  for (const [, name, count] of readFileSync('/etc/subuid', 'utf8').matchAll(/^([^:]+):\d+:(\d+)$/gm)) {
    const user = new RegExp(`^${name}:[^:]*:(\\d+):\\1:`, 'm').exec(readFileSync('/etc/passwd', 'utf8'));
    if (user && user[1] !== '0' && Number(count) >= 65_536) return Number(user[1]);
  }
  return undefined;
}

const isRoot = process.getuid?.() === 0;
const user = isRoot ? userWithRange() : undefined;
if (user === undefined) console.warn('skipped, no user here has a range of ids: apt-get install uidmap, useradd');

describe.runIf(namespacesHere && isRoot && othersCanRun)('a service that is not root', () => {
  test('refuses to run machines without a range of ids, and says how to get one', async () => {
    const { probe } = await as(nobody);
    expect(probe).toMatchObject({ ok: false, reason: expect.any(String) });
    expect(probe.fix).toMatch(/^run as root, or .*apt-get install uidmap .*--add-subuids/);
  });

  test.runIf(user !== undefined)('isolates as well with one, and notes that nothing is limited', async () => {
    const asUser =
      'setpriv --reuid 1000 --regid 1000 --groups 59999 --no-new-privs --bounding-set=-all --inh-caps=-all';
    const script = `${asUser} sh -c "id -u; id -G; touch /home/agent/x /run/matrx/x 2>/dev/null; ls /home/agent"`;
    const { probe, output, terminal } = await as(user ?? nobody, script);
    expect(probe).toMatchObject({ ok: true });
    expect(probe.notes.join()).toContain('memory is not limited');
    expect(output).toBe('1000\n1000 59999\nx\n');
    expect(terminal).toBe('0\nCapEff:\t00000000000001e0\n');
  });
});
