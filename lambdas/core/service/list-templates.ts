import type { Answer } from '../operation.ts';
import type { Deployment } from '../ports.ts';

/** The images a sandbox can be made from. */
export async function listTemplates({
  deployment,
}: {
  readonly deployment: Deployment;
}): Promise<Answer<'listTemplates'>> {
  const templates = [...deployment.templates].map(([name, template]) => ({ name, ...template }));
  return { status: 200, body: { templates } };
}
