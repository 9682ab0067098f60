import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startAgent } from '../../support/agent/agent-machine.ts';
import { fileCalls } from '../../support/agent/file-calls.ts';

// Any bytes but those that no name can have.
const name = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x2e : byte))))
  .filter((bytes) => !['.', '..'].includes(bytes.toString('latin1')));

const folderPath = fc.array(name, { maxLength: 4 });

interface Planned {
  readonly path: Buffer;
  readonly content: Buffer;
}

const slash = Buffer.from('/');
const join = (names: readonly Buffer[]): Buffer =>
  Buffer.concat(names.flatMap((part, n) => (n === 0 ? [part] : [slash, part])));

/** Files of which none lies where another has a folder. */
const tree = fc
  .array(fc.record({ folder: folderPath, name, content: fc.uint8Array({ maxLength: 2_000 }) }), { maxLength: 12 })
  .map((given) => {
    const planned = new Map<string, Planned>();
    for (const file of given) {
      const path = join([...file.folder, file.name]);
      const key = path.toString('latin1');
      const meets = [...planned.keys()].some((known) => known.startsWith(`${key}/`) || key.startsWith(`${known}/`));
      if (!meets) planned.set(key, { path, content: Buffer.from(file.content) });
    }
    return [...planned.values()];
  });

const foldersOf = ({ path }: Planned): string[] => {
  const parts = path.toString('latin1').split('/');
  return parts.slice(1).map((_, n) => parts.slice(0, n + 1).join('/'));
};

test('any tree that is written is the tree that is listed and read', { timeout: 120_000 }, async () => {
  await using machine = await startAgent({ files: true });
  await machine.ready();
  const files = fileCalls(machine.http);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(tree, fc.integer({ min: 1, max: 5 }), async (planned, limit) => {
      const root = Buffer.from(`run-${run++}`);
      const below = (path: Buffer) => Buffer.concat([root, slash, path]);
      await files.ask('POST', '/files/mkdir', { path: root.toString() });
      await Promise.all(planned.map(({ path, content }) => files.write(below(path), content)));
      const listed: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = await files.list(root, `&depth=9&limit=${limit}${cursor && `&cursor=${cursor}`}`);
        for (const { path, path_base64 } of page.entries) {
          const bytes = path === undefined ? Buffer.from(path_base64 ?? '', 'base64') : Buffer.from(path);
          listed.push(bytes.toString('latin1').slice(machine.home.length + root.length + 2));
        }
        cursor = page.next_cursor;
      }
      const expected = new Set(planned.flatMap((file) => [...foldersOf(file), file.path.toString('latin1')]));
      expect(listed.toSorted()).toEqual([...expected].toSorted());
      for (const { path, content } of planned) expect(await files.read(below(path))).toEqual(content);
      expect(await files.remove(root)).toEqual({ removed: expected.size + 1 });
    }),
    { numRuns: 25 },
  );
});
