import { z } from 'zod';

const text = z.string();

const containerOverride = z.object({
  name: text,
  command: z.array(text).optional(),
  environment: z.array(z.object({ name: text.min(1), value: text })).optional(),
});

const overrides = z.object({
  containerOverrides: z.array(containerOverride).optional(),
  cpu: text.optional(),
  memory: text.optional(),
  taskRoleArn: text.startsWith('arn:aws:iam::').optional(),
  executionRoleArn: text.optional(),
  ephemeralStorage: z.object({ sizeInGiB: z.int().min(21).max(200) }).optional(),
});

const awsvpcConfiguration = z.object({
  subnets: z.array(text).min(1).max(16),
  securityGroups: z.array(text).max(5).optional(),
  assignPublicIp: z.enum(['ENABLED', 'DISABLED']).optional(),
});

/** What RunTask on Fargate takes; a field it doesn't know is left out. */
export const runTaskInput = z
  .object({
    cluster: text.optional(),
    taskDefinition: text.min(1),
    count: z.int().min(1).max(10).default(1),
    launchType: z.literal('FARGATE').optional(),
    capacityProviderStrategy: z
      .array(z.object({ capacityProvider: z.enum(['FARGATE', 'FARGATE_SPOT']), weight: z.int().optional() }))
      .min(1)
      .optional(),
    networkConfiguration: z.object(
      { awsvpcConfiguration },
      "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    ),
    overrides: overrides
      .default({})
      .refine((value) => JSON.stringify(value).length <= 8192, 'Overrides length must be at most 8192'),
    enableExecuteCommand: z.boolean().default(false),
    platformVersion: text.optional(),
    propagateTags: text.optional(),
    startedBy: text.regex(/^[A-Za-z0-9/_-]{1,128}$/, 'up to 128 letters, digits and - / _').optional(),
    group: text.optional(),
    clientToken: text.regex(/^[\x21-\x7e]{1,64}$/, 'up to 64 printable ASCII characters').optional(),
    tags: z
      .array(z.object({ key: text.min(1).max(128), value: text.max(256) }))
      .max(50)
      .optional(),
  })
  .refine((value) => !(value.launchType && value.capacityProviderStrategy), {
    message: 'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
  });

export type RunTaskInput = z.output<typeof runTaskInput>;
