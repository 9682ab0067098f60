import { reapHandler } from './events/reap-handler.ts';
import { reapServices } from './services/reap-services.ts';

export const handler = reapHandler(reapServices());
