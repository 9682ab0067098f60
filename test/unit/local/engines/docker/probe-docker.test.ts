import { release } from 'node:os';
import { expect, test } from 'vitest';
import { probeDocker } from '../../../../../local/engines/docker/probe-docker.ts';
import { fakeDocker } from '../../../../support/fakes/fake-docker.ts';

const info = {
  OSType: 'linux',
  KernelVersion: release(),
  OperatingSystem: 'Test OS',
  MemoryLimit: true,
  PidsLimit: true,
  CpuCfsQuota: true,
  SecurityOptions: ['name=seccomp,profile=default'],
};

const probeOf = async (changes: Partial<typeof info>) => {
  const { socketPath } = await fakeDocker((_, response) => response.end(JSON.stringify({ ...info, ...changes })));
  return probeDocker({ socketPath });
};

test('an engine of this kernel will do, and says what it does not limit', async () => {
  expect(await probeOf({})).toMatchObject({ ok: true });
  const probe = await probeOf({ PidsLimit: false, SecurityOptions: [] });
  expect(probe.ok && probe.notes.join()).toMatch(/number of processes is not limited.*system calls are not filtered/);
});

test.each([
  [{ OSType: 'windows' }, 'runs windows containers, expected linux'],
  [{ KernelVersion: '6.10.14-linuxkit' }, 'runs on another kernel (Test OS)'],
  [{ SecurityOptions: ['name=userns'] }, 'maps users'],
])('fails for an engine with %j and says why', async (changes, reason) => {
  expect(await probeOf(changes)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
});

test('fails where no engine answers, and says what to do', async () => {
  expect(await probeDocker({ unusable: 'none here' })).toMatchObject({ ok: false, reason: 'none here' });
  expect(await probeDocker({ socketPath: '/no/such/docker.sock' })).toMatchObject({
    ok: false,
    reason: expect.stringContaining("/no/such/docker.sock doesn't answer"),
    fix: expect.stringContaining('--engine namespaces'),
  });
});
