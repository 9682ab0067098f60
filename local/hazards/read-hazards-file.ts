import { readFileSync } from 'node:fs';
import { ServiceError } from '../service/service-error.ts';
import { type Hazards, readHazards } from './hazards.ts';

/** The hazards in a JSON file. Throws ServiceError for a file that can't be read, and for what isn't one. */
export function readHazardsFile(path: string): Hazards {
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError(`the hazards in ${path} can't be read: ${reason}`, 'name a JSON file with --hazards', cause);
  }
  return readHazards(settings);
}
