import * as z from 'zod';
import { limits } from './limits.ts';

const id = (prefix: string) => new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`);

/** 26 characters of Crockford's base 32: 48 bits of time in ms, then 80 random ones, so that ids sort by age. */
export const SandboxId = z.string().regex(id('sbx'), 'expected sbx_ and 26 characters of lower-case base 32');
export const CommandId = z.string().regex(id('cmd'), 'expected cmd_ and 26 characters of lower-case base 32');
export const GrantId = z.string().regex(id('grt'), 'expected grt_ and 26 characters of lower-case base 32');
export const CheckpointId = z.string().regex(id('ckp'), 'expected ckp_ and 26 characters of lower-case base 32');

/** A machine that waits in a pool. */
export const PoolMemberId = z.string().regex(id('pol'), 'expected pol_ and 26 characters of lower-case base 32');
export const UploadId = z.string().regex(id('upl'), 'expected upl_ and 26 characters of lower-case base 32');

export const UserId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    'expected 1-128 letters, digits, ".", "_", "-", the first a letter or digit',
  );

export const Timestamp = z.iso.datetime();

export const TemplateName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected 1-63 lower-case letters, digits and "-"');

export const SessionName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'expected 1-64 letters, digits, ".", "_", "-", the first a letter or digit',
  );

export const EnvironmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, 'expected letters, digits and "_", the first not a digit');

export const IdempotencyKey = z
  .string()
  .regex(
    new RegExp(`^[\\x20-\\x7e]{1,${limits.idempotencyKeyLength}}$`),
    `expected 1-${limits.idempotencyKeyLength} printable ASCII characters`,
  );
