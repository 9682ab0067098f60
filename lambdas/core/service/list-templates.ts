import type { Deployment } from '../deployment.ts';
import type { Answer } from '../operation.ts';

/** The images a sandbox can be made from. */
export async function listTemplates({
  deployment,
}: {
  readonly deployment: Deployment;
}): Promise<Answer<'listTemplates'>> {
  const templates = [...deployment.templates].map(([name, template]) => ({ name, ...template }));
  return { status: 200, body: { templates } };
}
