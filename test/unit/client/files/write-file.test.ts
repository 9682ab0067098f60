import { expect, test } from 'vitest';
import { openConnection } from '../../../../client/connection.ts';
import { Files } from '../../../../client/files/files.ts';
import { limits } from '../../../../contract/api/limits.ts';
import { fail, misbehavingService, sandboxId } from '../../../support/fakes/misbehaving-service.ts';

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
