import * as z from 'zod';

const digits = /^-?\d+$/;

/** A whole number in a query, in decimal digits. What else `Number` reads is refused: an empty text, `0x10`, `1e3`. */
export const queryInteger = (min: number, max: number) =>
  z.preprocess(
    (text) => (typeof text === 'string' && digits.test(text) ? Number(text) : text),
    z.number().int().min(min).max(max),
  );
