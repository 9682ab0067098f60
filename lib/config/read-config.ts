import type * as z from 'zod';
import { DeployConfig } from './deploy-config.ts';

/** Everything that is wrong with an operator's settings, at once: key, value and rule of each. */
export class DeployConfigError extends Error {
  override readonly name = 'DeployConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[], cause?: unknown) {
    super(`matrx in cdk.json is wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, { cause });
    this.faults = faults;
  }
}

/** Checks the context value `matrx`: an object, or its JSON when it came by `--context`. Throws DeployConfigError. */
export function readConfig(context: unknown): DeployConfig {
  const settings = typeof context === 'string' ? parseJson(context) : context;
  const parsed = DeployConfig.safeParse(settings ?? {});
  if (parsed.success) return parsed.data;
  throw new DeployConfigError(
    parsed.error.issues.map((issue) => faultOf(settings, issue)),
    parsed.error,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DeployConfigError([`matrx is "${text.slice(0, 100)}": expected JSON`], cause);
  }
}

function faultOf(settings: unknown, issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => ['matrx', ...issue.path, key].join('.'));
    return `${keys.join(', ')}: no such setting`;
  }
  const key = ['matrx', ...issue.path].join('.');
  if (issue.code === 'invalid_key') return `${key}: ${issue.issues.map(({ message }) => message).join('; ')}`;
  const value = valueAt(settings, issue.path);
  return `${key} is ${value === undefined ? 'missing' : JSON.stringify(value).slice(0, 100)}: ${issue.message}`;
}

const valueAt = (settings: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], settings);
