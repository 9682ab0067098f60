import { reapHandler } from './events/reap-handler.ts';
import { reapServices } from './services.ts';

export const handler = reapHandler(reapServices());
