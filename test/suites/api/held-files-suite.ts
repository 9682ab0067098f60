// What the library promises of small files, whichever way they go.

import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../../client/index.ts';

// Any bytes but those that no name can have.
const name = fc
  .uint8Array({ minLength: 1, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x2e : byte))).toString('latin1'))
  .filter((text) => text !== '.' && text !== '..');

/** Contents by their path, of which each byte is a character; none lies where another has a folder. */
const tree = fc
  .array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.uint8Array({ maxLength: 500 })), { maxLength: 6 })
  .map((given) => {
    const files = new Map<string, Uint8Array>();
    for (const [names, content] of given) {
      const path = names.join('/');
      const meets = [...files.keys()].some(
        (known) => `${known}/`.startsWith(`${path}/`) || path.startsWith(`${known}/`),
      );
      if (!meets) files.set(path, content);
    }
    return files;
  });

const bytesOf = (path: string): Uint8Array => new Uint8Array(Buffer.from(path, 'latin1'));
const textOf = (path: string | Uint8Array): string => Buffer.from(path as string).toString('latin1');

/** Defines the suite; each test works in a folder of its own. */
export function defineHeldFilesSuite(sandbox: () => Sandbox): void {
  test('any small tree that is written is the tree that is listed and read', { timeout: 120_000 }, async () => {
    const { files } = sandbox();
    const written = async (given: ReadonlyMap<string, Uint8Array>, pageSize: number) => {
      const root = `tree-${randomUUID()}`;
      const { path: at } = await files.mkdir(root);
      for (const [path, content] of given) await files.write(bytesOf(`${root}/${path}`), content);
      const listed = new Map<string, Uint8Array | undefined>();
      for await (const { path, type } of files.list(root, { depth: 9, pageSize })) {
        listed.set(textOf(path).slice(textOf(at).length + 1), type === 'file' ? await files.read(path) : undefined);
      }
      const folders = [...given.keys()].flatMap((path) =>
        path
          .split('/')
          .slice(0, -1)
          .map((_, n) =>
            path
              .split('/')
              .slice(0, n + 1)
              .join('/'),
          ),
      );
      expect(listed).toEqual(new Map([...folders.map((path) => [path, undefined] as const), ...given]));
      expect(await files.remove(root, { recursive: true })).toBe(listed.size + 1);
    };
    await fc.assert(fc.asyncProperty(tree, fc.integer({ min: 1, max: 5 }), written), { numRuns: 6 });
  });

  test('a file as large as goes by one call is what was sent, a range of it too', async () => {
    const { files } = sandbox();
    const path = `large-${randomUUID()}`;
    const bytes = randomBytes(4 * 1024 * 1024);
    expect(await files.write(path, bytes)).toMatchObject({ size: bytes.length, created: true });
    expect(Buffer.from(await files.read(path)).equals(bytes)).toBe(true);
    const range = await files.read(path, { offset: 1_000_000, length: 70_000 });
    expect(Buffer.from(range).equals(bytes.subarray(1_000_000, 1_070_000))).toBe(true);
    const beyond = files.read(path, { offset: bytes.length });
    await expect(beyond).rejects.toMatchObject({ code: 'range_not_satisfiable' });
  }, 60_000);

  test('a larger file is read whole, whichever way it takes', async () => {
    const { files, commands } = sandbox();
    const path = `larger-${randomUUID()}`;
    await commands.run(['sh', '-c', 'head -c 5000000 /dev/zero >"$0"', path]);
    expect(Buffer.from(await files.read(path)).equals(Buffer.alloc(5_000_000))).toBe(true);
  }, 60_000);

  test('small files are written together, moved, changed, and refused by the same names', async () => {
    const { files } = sandbox();
    const root = `work-${randomUUID()}`;
    await files.writeMany([
      { path: `${root}/one`, data: 'häuser' },
      { path: `${root}/deep/two`, data: new Uint8Array([0, 255]), mode: '600' },
    ]);
    expect(await files.readText(`${root}/one`, { offset: 3 })).toBe('user');
    expect(await files.stat(`${root}/deep/two`)).toMatchObject({ type: 'file', size: 2, mode: '600', owner: 1000 });
    expect(await files.move(`${root}/one`, `${root}/uno`)).toMatchObject({ name: 'uno' });
    expect(await files.chmod(`${root}/uno`, '640')).toMatchObject({ mode: '640' });
    expect(await files.exists(`${root}/one`)).toBe(false);
    const refused = async (answer: Promise<unknown>, code: string) =>
      expect(await answer.catch((error) => error)).toMatchObject({ name: 'SandboxError', code });
    await refused(files.read(`${root}/one`), 'file_not_found');
    await refused(files.read(root), 'wrong_file_type');
    await files.chmod(`${root}/deep/two`, '000');
    await refused(files.read(`${root}/deep/two`), 'permission_denied');
    await refused(files.write(`${root}/uno`, 'again', { overwrite: false }), 'file_exists');
    await refused(files.move(`${root}/uno`, `${root}/deep/two`, { overwrite: false }), 'file_exists');
    await refused(files.chmod(`${root}/uno`, '9'), 'invalid_request');
    await refused(files.remove(root), 'file_exists');
    expect(await files.remove(root, { recursive: true })).toBe(4);
  });
}
