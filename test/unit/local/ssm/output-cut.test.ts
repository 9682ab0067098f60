import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutputCut } from '../../../../local/ssm/sessions/output-cut.ts';

const through = (...reads: Buffer[]): Buffer[] => {
  const cut = new OutputCut();
  return reads.map((read) => Buffer.from(cut.push(read)));
};

test('a character that is split over two reads comes whole with the second', () => {
  const [euro, clef] = [Buffer.from('€'), Buffer.from('𝄞')];
  expect(through(euro.subarray(0, 2), euro.subarray(2))).toEqual([Buffer.alloc(0), euro]);
  expect(through(clef.subarray(0, 3), clef.subarray(3))).toEqual([Buffer.alloc(0), clef]);
});

test('a genuine replacement character becomes one byte', () => {
  const [out] = through(Buffer.from('a\ufffdb\ufffdcdef'));
  expect(out).toEqual(Buffer.from('a\xefb\xefcdef', 'latin1'));
});

test('overlong forms, surrogates and what is above the last character pass as they are', () => {
  for (const hex of ['c0af', 'e08080', 'eda080', 'f0808080', 'f4908080', 'ff', '80']) {
    const bytes = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from('....')]);
    expect(through(bytes)).toEqual([bytes]);
  }
});

test('any bytes in any reads come whole once four plain ones follow, and never more than three are held', () => {
  const plainEnd = Buffer.from('....');
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (reads) => {
      const sent = reads.map((read) => Buffer.from(read));
      fc.pre(!Buffer.concat(sent).includes('\ufffd'));
      const received = through(...sent, plainEnd);
      expect(Buffer.concat(received)).toEqual(Buffer.concat([...sent, plainEnd]));
      const held = Buffer.concat(sent).length - Buffer.concat(received.slice(0, -1)).length;
      expect(held).toBeLessThanOrEqual(3);
    }),
  );
});
