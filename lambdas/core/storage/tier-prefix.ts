import type { Tier } from '../../../contract/api/storage.ts';
import { homeKeys, userPrefix } from '../../../contract/home/keys.ts';

/** Where what a user has in a tier lies. */
export const tierPrefix = (userId: string, tier: Tier): string =>
  tier === 'hot' ? homeKeys(userId).prefix : `${userPrefix(userId)}cold/`;
