import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Template } from '../../deployment.ts';

/** A template of this deployment; throws `invalid_request` with the names there are. */
export function templateNamed(templates: ReadonlyMap<string, Template>, name: string): Template {
  const template = templates.get(name);
  if (template !== undefined) return template;
  const rule = `expected one of ${[...templates.keys()].join(', ')}`;
  throw new SandboxError('invalid_request', `template is "${name}", ${rule}`, {
    details: { field: 'template', value: name, rule },
  });
}
