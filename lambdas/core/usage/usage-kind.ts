import { requestHash } from '../request-hash.ts';
import type { SandboxRecord } from '../sandboxes/record.ts';
import type { UsageKind } from './ports.ts';

/** The kind that a sandbox's use belongs to. */
export const usageKind = ({ user_id, template, size, labels }: SandboxRecord): UsageKind => ({
  user_id,
  template,
  size: size.name,
  labels,
});

/** The kind without its labels: what is told apart in too many ways counts under it. */
export const withoutLabels = (kind: UsageKind): UsageKind => ({ ...kind, labels: {} });

/** Whether there is anything to tell it apart by beyond template and size. */
export const hasLabels = ({ labels }: UsageKind): boolean => Object.keys(labels).length > 0;

/** A short name of a kind among those of its user. */
export const kindHash = ({ template, size, labels }: UsageKind): string =>
  requestHash({ template, size, labels }).slice(0, 16);
