import { execCommand } from './core/commands/exec-command.ts';
import { endpoint } from './http/endpoint.ts';
import { commandServices } from './services.ts';

export const handler = endpoint('commands', commandServices(), { execCommand });
