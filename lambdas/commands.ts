import { createAccess } from './core/access/create-access.ts';
import { endAccess } from './core/access/end-access.ts';
import { resumeAccess } from './core/access/resume-access.ts';
import { execCommand } from './core/commands/exec-command.ts';
import { endpoint } from './http/endpoint.ts';
import { commandServices } from './services.ts';

const operations = { execCommand, createAccess, resumeAccess, endAccess };

export const handler = endpoint('commands', commandServices(), operations);
