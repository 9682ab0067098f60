import { expect, test } from 'vitest';
import { openConnection } from '../../../../client/connection.ts';
import { Files } from '../../../../client/files/files.ts';
import { limits } from '../../../../contract/api/limits.ts';
import { answer, fail, hangUp, misbehavingService, sandboxId } from '../../../support/fakes/misbehaving-service.ts';

test('a source is let go when its upload can’t begin', async () => {
  await using service = await misbehavingService(fail('forbidden'));
  const connection = await openConnection({ url: service.url, credentials: { token: 't' } });
  let isOpen = true;
  async function* source() {
    try {
      for (;;) yield new Uint8Array(limits.files.partBytes);
    } finally {
      isOpen = false;
    }
  }
  const written = new Files(connection, sandboxId).write('large', source());
  await expect(written).rejects.toMatchObject({ code: 'forbidden' });
  expect(isOpen).toBe(false);
});

test('bytes go with their length, and whole again where the connection broke', async () => {
  const stat = {
    type: 'file',
    size: 1,
    mode: '644',
    owner: 1000,
    group: 1000,
    modified_at: '2026-01-01T00:00:00.000Z',
  };
  const written = { entry: { path: '/x', name: 'x', ...stat }, sha256: '0'.repeat(64), created: true };
  await using service = await misbehavingService(hangUp, answer(200, written));
  const connection = await openConnection({ url: service.url, credentials: { token: 't' } });
  const text = 'some text\n'.repeat(100_000);
  await new Files(connection, sandboxId).write('x', text);
  expect(service.seen).toHaveLength(2);
  for (const { headers, body } of service.seen) {
    expect(headers['content-length']).toBe(String(text.length));
    expect(headers).not.toHaveProperty('transfer-encoding');
    expect(body === text).toBe(true);
  }
});
