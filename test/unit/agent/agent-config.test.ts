import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../../containers/agent/config.ts';
import { createLog } from '../../../containers/agent/log.ts';
import { readSessionLimit } from '../../../containers/agent/session-limit.ts';

const complete = {
  AWS_REGION: 'eu-west-1',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1',
  MATRX_API_URL: 'https://abc.execute-api.eu-west-1.amazonaws.com/prod',
};

test('C8: every fault of the environment is named at once', () => {
  expect(() => readConfig({ AWS_REGION: 'Mars!', MATRX_LINK: 'relative' })).toThrow(
    /AWS_REGION.*AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.*MATRX_LINK/,
  );
  expect(() => readConfig({ ...complete, MATRX_API_URL: undefined })).toThrow(/MATRX_API_URL/);
  expect(() => readConfig({ ...complete, MATRX_CLOCK: 'soon' })).toThrow(/MATRX_CLOCK is "soon"/);
});

test('behind a link the gateway needs no address', () => {
  const config = readConfig({ ...complete, MATRX_API_URL: undefined, MATRX_LINK: '/run/matrx/link.sock' });
  expect(config).toMatchObject({ linkSocket: '/run/matrx/link.sock', region: 'eu-west-1' });
  expect(readConfig(complete)).toMatchObject({ linkSocket: undefined, apiUrl: new URL(complete.MATRX_API_URL) });
});

test('the session limit is read from the exec agent’s configuration, and null where it can’t be', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-limit-'));
  const read = async (content: string) => {
    await writeFile(join(folder, 'agent.json'), content);
    return readSessionLimit([join(folder, '*.json')]);
  };
  try {
    expect(
      await read('{"Mgs":{"StopTimeoutMillis":20000,"SessionWorkersLimit":8},"Agent":{"ContainerMode":true}}'),
    ).toBe(8);
    expect(await read('{"Mgs":{"SessionWorkersLimit":-1}}')).toBeNull();
    expect(await read('{')).toBeNull();
    expect(readSessionLimit([join(folder, 'none/*.json')])).toBeNull();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('M1: a log line keeps the chain of causes', () => {
  const lines: string[] = [];
  const log = createLog(
    (line) => lines.push(line),
    () => 0,
  );
  log.error('api.failed', new Error('outer', { cause: new TypeError('inner') }), { count: 1 });
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'error',
    event: 'api.failed',
    count: 1,
    cause: ['Error: outer', 'TypeError: inner'],
  });
});
