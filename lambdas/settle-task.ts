import { settleTaskHandler } from './events/settle-task-handler.ts';
import { settleServices } from './services.ts';

export const handler = settleTaskHandler(settleServices());
