import { expect, test } from 'vitest';
import type { Engine } from '../../../../local/engines/engine.ts';
import { openEngine } from '../../../../local/service/open/open-engine.ts';

function engineOf(name: Engine['name'], changes: Partial<Engine> = {}) {
  const calls: string[] = [];
  const engine: Engine = {
    name,
    networks: ['none'],
    probe: async () => ({ ok: true, notes: [`${name} is fine`] }),
    prepare: async () => void calls.push('prepare'),
    sweep: async () => void calls.push('sweep'),
    start: () => Promise.reject(new Error('nothing is started here')),
    ...changes,
  };
  return { engine, calls };
}

const away = { probe: async () => ({ ok: false, reason: 'not here', fix: 'install it' }) as const };
const open = (candidates: Engine[], others: Engine[] = [], network: 'none' | 'internet' = 'none') =>
  openEngine({ candidates, others }, network, () => undefined);

test('the first engine that works is swept, prepared and used', async () => {
  const docker = engineOf('docker');
  const namespaces = engineOf('namespaces');
  expect(await open([docker.engine, namespaces.engine])).toEqual({ engine: docker.engine, notes: ['docker is fine'] });
  expect([docker.calls, namespaces.calls]).toEqual([['sweep', 'prepare'], []]);
});

test('an engine that is not there is passed over without a word', async () => {
  const namespaces = engineOf('namespaces');
  const opened = await open([engineOf('docker', away).engine, namespaces.engine]);
  expect(opened).toEqual({ engine: namespaces.engine, notes: ['namespaces is fine'] });
});

test('an engine that can not prepare its image is passed over with a note', async () => {
  const docker = engineOf('docker', { prepare: () => Promise.reject(new Error('no registry')) });
  const { engine, notes } = await open([docker.engine, engineOf('namespaces').engine]);
  expect(engine.name).toBe('namespaces');
  expect(notes).toContain('docker is here, but its image could not be prepared: no registry');
});

test('what an engine that is not wanted has left is removed, where that engine is here', async () => {
  const docker = engineOf('docker');
  await open([engineOf('namespaces').engine], [docker.engine]);
  expect(docker.calls).toEqual(['sweep']);
  const gone = engineOf('docker', away);
  await open([engineOf('namespaces').engine], [gone.engine]);
  expect(gone.calls).toEqual([]);
});

test('fails with the words of both engines, when neither is here', async () => {
  const none = { probe: async () => ({ ok: false, reason: 'no ids', fix: 'run as root' }) as const };
  await expect(open([engineOf('docker', away).engine, engineOf('namespaces', none).engine])).rejects.toMatchObject({
    message: expect.stringMatching(/with docker: not here; .* with namespaces: no ids$/),
    fix: 'install it; or run as root',
  });
});

test('fails with the words of the engine that is here, when none will do', async () => {
  const docker = engineOf('docker', away).engine;
  const namespaces = engineOf('namespaces').engine;
  await expect(open([docker, namespaces], [], 'internet')).rejects.toMatchObject({
    name: 'ServiceError',
    message: 'the network "internet" can\'t be had with namespaces',
    fix: 'choose --network none, or another engine',
  });
  await expect(open([docker])).rejects.toMatchObject({
    message: expect.stringContaining('not here'),
    fix: 'install it',
  });
});
