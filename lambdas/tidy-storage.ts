import { tidyHandler } from './events/tidy-handler.ts';
import { tidyServices } from './services.ts';

export const handler = tidyHandler(tidyServices());
