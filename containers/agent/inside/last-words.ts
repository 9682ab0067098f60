// The bodies of the doors inside. Programs written for the service before this one send what they did then, so what isn't
// known is left out, never refused.

import * as z from 'zod';
import { Complete, ReportError } from '../../../contract/api/agent-reports.ts';
import { jsonText, parse } from '../api/parse.ts';
import type { LastWord } from './end-of-work.ts';

const Said = z.record(z.string(), z.unknown());

// A trace ends with what went wrong.
const maxError = 4_096;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A result that is no object becomes one. */
function resultOf(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  return isObject(value) ? value : { value };
}

function errorOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (jsonText(value) ?? '');
  return (text.length > maxError ? `…${text.slice(1 - maxError)}` : text).toWellFormed() || 'the code said no more';
}

/** What `complete` says: its whole body is the result. Throws `invalid_request` for one beyond its bounds. */
export function completeOf(body: unknown): LastWord {
  const result = parse(Said, body);
  return { kind: 'completed', body: parse(Complete, { result: Object.keys(result).length === 0 ? null : result }) };
}

/** What `error` says: `error`, with `details` or `result` beside it. Throws `invalid_request` for what is beyond its bounds. */
export function reportErrorOf(body: unknown): LastWord {
  const { error, message, details, result = details } = parse(Said, body);
  return { kind: 'error', body: parse(ReportError, { error: errorOf(error ?? message), result: resultOf(result) }) };
}
