import { expect, test } from 'vitest';
import { synth } from '../support/deployment/synth.ts';

/** Logical ids of a deployment and of versions end in a hash of what they are made from; nothing else here does. */
const normalised = (template: unknown): unknown =>
  JSON.parse(JSON.stringify(template).replaceAll(/ApiRestDeployment[A-Z0-9]{8}[a-f0-9]{32}/g, 'ApiRestDeployment'));

// Read a difference as CloudFormation will: a changed logical id, or a property that needs one, replaces the resource.
test('H9: the template with the default settings is the one that was reviewed', async () => {
  const { json } = synth();
  await expect(`${JSON.stringify(normalised(json), null, 1)}\n`).toMatchFileSnapshot('template.snap');
});
