import { chmodSync, chownSync, mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openConnection } from '../../../client/connection.ts';
import { findConfiguration } from '../../../client/node/find-configuration.ts';
import { Service } from '../../../client/service.ts';
import { answer, misbehavingService } from '../../support/fakes/misbehaving-service.ts';

const local = {
  url: 'http://127.0.0.1:7070',
  region: 'eu-west-1',
  service: { access_key_id: 'AKIA', secret_access_key: 'secret' },
  person: { user_id: 'ann', token: 'person' },
  admin: { token: 'admin' },
  engine: 'namespaces',
  pid: 1,
};

function project(content: unknown = local) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'matrx-client-'));
  mkdirSync(join(folder.path, '.matrx'));
  const file = join(folder.path, '.matrx', 'local.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(file, 0o600);
  const deep = join(folder.path, 'a', 'b');
  mkdirSync(deep, { recursive: true });
  return { file, deep, [Symbol.dispose]: () => folder.remove() };
}

test('the local service is found from any folder below it, as whom it is asked', () => {
  using here = project();
  const find = (as?: 'person' | 'admin' | 'service') => findConfiguration({ as }, { env: {}, directory: here.deep });
  expect(find()).toEqual({ url: local.url, credentials: { token: 'person' } });
  expect(find('admin').credentials).toEqual({ token: 'admin' });
  expect(find('service').credentials).toEqual({ accessKeyId: 'AKIA', secretAccessKey: 'secret', region: 'eu-west-1' });
});

test('AWS keys of the environment never go to the local service, nor its keys elsewhere', () => {
  using here = project();
  const aws = { AWS_ACCESS_KEY_ID: 'AKIAREAL', AWS_SECRET_ACCESS_KEY: 'real', AWS_REGION: 'us-east-1' };
  const find = (env: Record<string, string>) => findConfiguration({}, { env, directory: here.deep });
  expect(find(aws).credentials).toEqual({ token: 'person' });
  expect(find({ MATRX_URL: 'https://api.example' })).toEqual({ url: 'https://api.example' });
  expect(find({ ...aws, MATRX_URL: 'https://api.example' }).credentials).toMatchObject({ accessKeyId: 'AKIAREAL' });
  expect(find({ ...aws, MATRX_URL: 'https://api.example', MATRX_TOKEN: 't' }).credentials).toEqual({ token: 't' });
});

test('a file that is damaged, or that somebody else put there, is refused by name', () => {
  const refusal = (file: string) =>
    expect.objectContaining({ code: 'not_configured', message: expect.stringContaining(file) });
  using damaged = project('{');
  expect(() => findConfiguration({}, { env: {}, directory: damaged.deep })).toThrow(refusal(damaged.file));
  using foreign = project();
  if (process.getuid?.() !== 0) return;
  chownSync(foreign.file, 12_345, 12_345);
  expect(() => findConfiguration({}, { env: {}, directory: foreign.deep })).toThrow(refusal(foreign.file));
});

test('M7: the configuration is read once, when the client is made', async () => {
  await using service = await misbehavingService(answer(200, { status: 'ok' }));
  process.env['MATRX_URL'] = service.url;
  process.env['MATRX_TOKEN'] = 'first';
  try {
    const client = await Service.connect();
    process.env['MATRX_URL'] = 'http://127.0.0.1:1';
    process.env['MATRX_TOKEN'] = 'second';
    await client.me().catch(() => undefined);
    expect(service.seen[0]?.headers.authorization).toBe('Bearer first');
  } finally {
    delete process.env['MATRX_URL'];
    delete process.env['MATRX_TOKEN'];
  }
});

test.each(['ftp://x', 'nonsense', 'http://api.example', 'https://u:p@api.example', 'https://api.example?x=1'])(
  'the URL %s is refused, and the message says why',
  async (url) => {
    const opening = openConnection({ url, credentials: { token: 't' } });
    await expect(opening).rejects.toMatchObject({ code: 'not_configured', details: { field: 'url', value: url } });
  },
);

test('a URL may have a path, as the stage of an API has', async () => {
  const { url } = await openConnection({ url: 'https://api.example/prod/', credentials: { token: 't' } });
  expect(url).toBe('https://api.example/prod');
});
