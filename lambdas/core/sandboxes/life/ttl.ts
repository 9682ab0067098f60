import { SandboxError } from '../../../../contract/api/errors.ts';

/** Throws `invalid_request` when this deployment doesn't let a sandbox live so long. */
export function assertTtl(ttlSeconds: number, maxSeconds: number): void {
  if (ttlSeconds <= maxSeconds) return;
  const rule = `expected at most ${maxSeconds} in this deployment`;
  throw new SandboxError('invalid_request', `ttl_seconds is ${ttlSeconds}, ${rule}`, {
    details: { field: 'ttl_seconds', value: String(ttlSeconds), rule },
  });
}
