import type { OptionNames } from './known-options.ts';
import type { CreateOptions } from './sandbox.ts';

/** The options of `Sandbox.create`. */
export const createOptions: OptionNames<CreateOptions> = {
  userId: true,
  template: true,
  size: true,
  cpu: true,
  memoryMb: true,
  diskGb: true,
  ttlMs: true,
  idleTimeoutMs: true,
  env: true,
  labels: true,
  storage: true,
  from: true,
  git: true,
  onReady: true,
  wait: true,
  idempotencyKey: true,
  signal: true,
  url: true,
  credentials: true,
  as: true,
  timeouts: true,
  attempts: true,
  fetch: true,
  clock: true,
  transport: true,
  webSocket: true,
};
