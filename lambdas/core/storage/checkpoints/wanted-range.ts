import { rangeNotSatisfiable } from '../../files/bytes-answer.ts';

/** From `offset` on, `length` bytes. */
export interface WantedRange {
  readonly offset: number;
  readonly length: number;
}

/** What a Range header asks of a file of that size; the whole without one. Throws `range_not_satisfiable` where that is nothing. */
export function wantedRange(header: string | undefined, size: number): WantedRange {
  if (header === undefined) return { offset: 0, length: size };
  const [from = '', to = ''] = header.slice('bytes='.length).split('-');
  const offset = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1);
  if (end > offset) return { offset, length: end - offset };
  throw rangeNotSatisfiable(header, size);
}
