import { outputsPrefix } from '../../../contract/agent/kept-output.ts';
import type { Tier } from '../../../contract/api/storage.ts';
import { homeKeys, userPrefix } from '../../../contract/home/keys.ts';

const prefixes: Readonly<Record<Tier, (userId: string) => string>> = {
  hot: (userId) => homeKeys(userId).prefix,
  cold: (userId) => `${userPrefix(userId)}cold/`,
  outputs: outputsPrefix,
};

/** Where what a user has in a tier lies. */
export const tierPrefix = (userId: string, tier: Tier): string => prefixes[tier](userId);
