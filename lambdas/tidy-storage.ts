import { tidyHandler } from './events/tidy-handler.ts';
import { tidyStorageServices } from './services/tidy-storage-services.ts';

export const handler = tidyHandler(tidyStorageServices());
