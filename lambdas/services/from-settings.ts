// What several functions make of their settings.

import { documentClient } from '../aws/dynamodb/document-client.ts';
import type { Placement } from '../aws/ecs/launch-task.ts';
import { s3Client } from '../aws/s3/s3-client.ts';
import type { Config } from '../config.ts';
import type { Deployment } from '../core/deployment.ts';
import type { Pool } from '../core/pool/ports.ts';
import { jsonLog } from '../log.ts';
import { measuredLog } from '../measured-log.ts';

/** The one table. */
export const tableOf = (config: { readonly MATRX_TABLE: string }) => ({
  documents: documentClient(),
  name: config.MATRX_TABLE,
});

/** The one bucket. */
export const bucketOf = (config: { readonly MATRX_BUCKET: string }) => ({
  client: s3Client(),
  name: config.MATRX_BUCKET,
});

/** Lines with the measurements of this deployment among them. */
export const logOf = (config: { readonly MATRX_NAME: string }) => measuredLog(jsonLog(), config.MATRX_NAME);

/** Where tasks run, and by which task definitions. */
export const placementOf = (config: Config<'lifecycle'> | Config<'reap'>): Placement => ({
  cluster: config.MATRX_CLUSTER,
  subnets: config.MATRX_SUBNETS,
  securityGroups: config.MATRX_SECURITY_GROUPS,
  publicAddresses: config.MATRX_PLACEMENT.public_addresses,
  capacity: config.MATRX_PLACEMENT.capacity,
  taskDefinitions: new Map(
    Object.entries(config.MATRX_TEMPLATES).map(([name, template]) => [name, template.task_definition]),
  ),
});

/** A pool of a template that is no more is none. */
export const poolsOf = ({
  MATRX_POOL,
  MATRX_TEMPLATES,
}: Config<'query'> | Config<'lifecycle'> | Config<'reap'>): readonly Pool[] =>
  MATRX_POOL.flatMap(({ template, size, count, max_age_minutes }) => {
    const image = MATRX_TEMPLATES[template]?.task_definition;
    return image === undefined ? [] : [{ template, size, count, maxAgeSeconds: max_age_minutes * 60, image }];
  });

/** What the operator has set, as the domain asks for it. */
export const deploymentOf = (config: Config<'query'> | Config<'lifecycle'>): Deployment => ({
  version: config.version,
  templates: new Map(
    Object.entries(config.MATRX_TEMPLATES).map(([name, { description, image_digest }]) => [
      name,
      { description, image_digest },
    ]),
  ),
  quotas: config.MATRX_QUOTAS,
});
