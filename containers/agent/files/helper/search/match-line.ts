import { Buffer } from 'node:buffer';
import type { SearchFiles } from '../../../../../contract/agent/files.ts';

type LineMatcher = (line: Buffer) => boolean;

/** Whether a line is meant; undefined when only names count. */
export function lineMatcher({ text, pattern, ignore_case }: SearchFiles): LineMatcher | undefined {
  const flags = ignore_case ? 'iu' : 'u';
  if (pattern !== undefined) return byExpression(new RegExp(pattern, flags));
  if (text === undefined) return undefined;
  if (ignore_case) return byExpression(new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), flags));
  const bytes = Buffer.from(text);
  return (line) => line.includes(bytes);
}

const byExpression =
  (expression: RegExp): LineMatcher =>
  (line) =>
    expression.test(line.toString());
