import { settleTaskHandler } from './events/settle-task-handler.ts';
import { settleTaskServices } from './services/settle-task-services.ts';

export const handler = settleTaskHandler(settleTaskServices());
