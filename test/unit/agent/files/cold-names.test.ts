import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeKey, escapeQuery, parseColdName, parseColdPrefix } from '../../../../containers/agent/cold/cold-name.ts';
import { parseListing } from '../../../../containers/agent/cold/parse-listing.ts';

const part = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 20 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names have none
  .filter((text) => text.isWellFormed() && !/[\u0000-\u001f\u007f/]/.test(text) && text !== '.' && text !== '..');
const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));

test('a name that is let in names one thing, and the path of its request is that thing’s', () => {
  fc.assert(
    fc.property(name, (text) => {
      expect(parseColdName(text)).toBe(text);
      const { pathname } = new URL(`https://bucket.test/users/ada/cold/${escapeKey(text)}?x`);
      expect(decodeURIComponent(pathname)).toBe(`/users/ada/cold/${text}`);
    }),
  );
});

test('whatever is let in stays below the prefix', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('.', '/', '%', '2', 'e', '\\', 'a', '?', '#', ' ') }), (text) => {
      let key: string;
      try {
        key = escapeKey(parseColdName(text));
      } catch {
        return;
      }
      expect(new URL(`https://bucket.test/users/ada/cold/${key}`).pathname).toBe(`/users/ada/cold/${key}`);
    }),
  );
});

test('a prefix is empty, a name, or a name with its slash', () => {
  for (const good of ['', 'a', 'a/', 'a/b', 'ünï/']) expect(parseColdPrefix(good)).toBe(good);
  for (const bad of ['/', '//', '/a', 'a//', '..', '../../', 'a/../'])
    expect(() => parseColdPrefix(bad)).toThrow('prefix: expected');
});

test('a query is read back as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' })), (query) => {
      const asked = new URL(`https://bucket.test/${escapeQuery(query)}`).searchParams;
      expect(Object.fromEntries(asked)).toEqual({ ...query });
    }),
  );
});

const listing = (...inside: string[]) =>
  `<?xml version="1.0"?><ListBucketResult><Name>b</Name>${inside.join('')}</ListBucketResult>`;

test('a listing is read by name, size and time, whatever is in the names', () => {
  fc.assert(
    fc.property(name, (text) => {
      const key = encodeURIComponent(`p/${text}`);
      const xml = listing(
        '<IsTruncated>false</IsTruncated>',
        `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>7</Size></Contents>`,
      );
      const entries = [{ name: text, size: 7, modified_at: '2026-01-01T00:00:00.000Z' }];
      expect(parseListing(xml, 'p/')).toEqual({ entries, folders: [], next: null });
    }),
  );
});

test('a listing that goes on says where, and what is none is refused', () => {
  const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>1/x=</NextContinuationToken>';
  const folder = '<CommonPrefixes><Prefix>p/a%20b/</Prefix></CommonPrefixes>';
  expect(parseListing(listing(more, folder), 'p/')).toEqual({ entries: [], folders: ['a b/'], next: '1/x=' });
  for (const text of ['', '<html>', listing('<Contents><Key>%zz</Key></Contents>')])
    expect(() => parseListing(text, '')).toThrow();
});
