import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { TemplateName } from '../../contract/api/identifiers.ts';
import { limits } from '../../contract/api/limits.ts';
import { sizeNames } from '../../contract/api/sandboxes/sizes.ts';
import { type FunctionName, functions } from '../../contract/deployment.ts';
import { digestParameter } from '../digest-parameter.ts';
import { isBucketName } from './bucket-name.ts';
import { isCallbackUrl } from './callback-url.ts';
import { cidrFault } from './cidr.ts';

const bucketRule = 'expected a name S3 takes: 3-63 lower-case letters, digits and "-"';

const cidr = z.string().superRefine((text, context) => {
  const message = cidrFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const retentions = Object.values(RetentionDays).filter(
  (days) => typeof days === 'number' && days < RetentionDays.INFINITE,
);
const retention = z
  .number()
  .refine((days) => retentions.includes(days), `expected one of CloudWatch's: ${retentions.join(', ')}`);

const origin = z
  .string()
  .refine(
    (text) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text,
    'expected an origin, as in https://app.example.com',
  );

const callbackUrl = z
  .string()
  .refine(
    isCallbackUrl,
    'expected what Cognito takes: https or the scheme of an app, http for localhost alone, and no "#"',
  );

const concurrency = z.int().min(1).max(1_000).optional();
const names = Object.keys(functions) as FunctionName[];
const perFunction = Object.fromEntries(names.map((name) => [name, concurrency])) as Record<
  FunctionName,
  typeof concurrency
>;

const template = TemplateName.regex(
  /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  'expected lower-case letters and digits, "-" between them, the first a letter: a parameter of the stack is named for it',
);

const defaultTemplates = {
  base: { description: 'Debian with Node, Python, git and build tools' },
  minimal: { description: 'Debian with a shell and nothing more' },
};

/** What an operator chooses: `matrx` in cdk.json. docs/operations.md has an example for dev and one for prod. */
const Schema = z.strictObject({
  /** Of the stacks, the cluster, the table and the repository: several deployments can share an account. */
  name: z
    .string()
    .regex(
      /^[a-z](?=.{1,30}$)[a-z0-9]*(-[a-z0-9]+)*$/,
      'expected 2-31 lower-case letters and digits, "-" between them, the first a letter',
    )
    .refine(
      (name) => !/aws|amazon|cognito/.test(name),
      'expected a name without aws, amazon and cognito: it is in the address of the sign-in page, where Cognito refuses them',
    )
    .default('matrx-sandbox'),
  /** Where callers come from. */
  ingressCidrs: z.array(cidr).max(100, 'expected at most 100 ranges: more need a firewall of their own').default([]),
  /** Callers come from anywhere; in the place of `ingressCidrs`. */
  allowPublicIngress: z.boolean().default(false),
  /** For homes and transfers. S3's names are shared by all accounts, so there is no default. */
  bucketName: z.string(bucketRule).refine(isBucketName, bucketRule),
  /** `public`: tasks have a public address and no inbound rule. `nat`: no public address, and about 33 dollars a month. */
  network: z.enum(['public', 'nat']).default('public'),
  /** What a sandbox may reach: `open` everything, `web` TCP 80 and 443. */
  egress: z.enum(['open', 'web']).default('open'),
  flowLogs: z.boolean().default(false),
  architecture: z.enum(['arm64', 'x86_64']).default('arm64'),
  /** In the order tried. Spot is cheaper and can end with two minutes' notice. */
  capacity: z
    .array(z.enum(['on-demand', 'spot']))
    .min(1)
    .refine((order) => new Set(order).size === order.length, 'expected each kind once')
    .default(['on-demand']),
  /** Images a sandbox can be made from; each has a parameter of the stack for its digest. */
  templates: z
    .record(template, z.strictObject({ description: z.string().min(1).max(200) }))
    .refine((templates) => 'base' in templates, 'expected a template named base')
    .refine(
      (templates) => new Set(Object.keys(templates).map(digestParameter)).size === Object.keys(templates).length,
      'expected names that differ by more than "-"',
    )
    .default(defaultTemplates),
  /** Of every sandbox, unless its creation asks for more. */
  diskGb: z.int().min(limits.diskGb.min).max(limits.diskGb.max).default(limits.diskGb.default),
  /** Machines that wait for sandboxes, and cost as if they were some: docs/pool.md. A pool has one template and one size. */
  pool: z
    .array(
      z.strictObject({
        template: TemplateName,
        size: z.enum(sizeNames),
        count: z.int().min(1).max(limits.pool.members),
        maxAgeMinutes: z.int().min(10).max(limits.pool.ageMinutes).default(360),
      }),
    )
    .refine(
      (pools) => new Set(pools.map(({ template, size }) => `${template} ${size}`)).size === pools.length,
      'expected each template and size once',
    )
    .refine(
      (pools) => pools.reduce((sum, { count }) => sum + count, 0) <= limits.pool.members,
      `expected at most ${limits.pool.members} machines together`,
    )
    .default([]),
  liveSandboxesPerUser: z.int().min(1).max(limits.quotas.liveSandboxes).default(20),
  createsPerUserPerMinute: z.int().min(1).max(limits.quotas.createsPerMinute).default(60),
  commandsPerUserPerMinute: z.int().min(1).max(limits.quotas.commandsPerMinute).default(6_000),
  maxTtlSeconds: z.int().min(limits.ttlSeconds.min).max(limits.ttlSeconds.max).default(86_400),
  /** Of each method. Those that launch and stop tasks, and those open to anybody, get a fifth of it. */
  throttle: z
    .strictObject({ requestsPerSecond: z.int().min(5).max(10_000), burst: z.int().min(5).max(5_000) })
    .default({ requestsPerSecond: 100, burst: 200 }),
  /** How often homes are saved while they change, and which of their checkpoints are kept beside the newest. */
  homes: z
    .strictObject({
      saveSeconds: z.int().min(30).max(86_400).default(300),
      /** So many, whatever made them. */
      keepNewest: z.int().min(1).max(500).default(20),
      /** Those that somebody asked for, so long. */
      keepDays: z.int().min(0).max(3_650).default(30),
    })
    .prefault({}),
  /** Concurrency kept for a function and bounding it; without it the account's is shared. */
  reservedConcurrency: z.strictObject(perFunction).default({}),
  /** Web pages that may call the API with a token. */
  corsOrigins: z.array(origin).max(20).default([]),
  /** Callers may hold channels of their own to their sandboxes: docs/client-channels.md. */
  clientChannels: z.boolean().default(false),
  /** Commands may be root's, in their sandbox: docs/security.md. */
  rootCommands: z.boolean().default(false),
  /** Where Cognito's sign-in page may send a browser back to. */
  callbackUrls: z.array(callbackUrl).min(1).max(100).default(['http://localhost:8400/callback']),
  logRetentionDays: retention.default(RetentionDays.ONE_MONTH),
  auditRetentionDays: retention.default(RetentionDays.THIRTEEN_MONTHS),
  /** An SNS topic that alarms tell. */
  alarmTopicArn: z
    .string()
    .regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/, 'expected the ARN of an SNS topic')
    .optional(),
  containerInsights: z.boolean().default(true),
  /** Table, bucket, users, images and audit log stay when the stack is destroyed, and can't be deleted by accident. */
  retainData: z.boolean().default(true),
  terminationProtection: z.boolean().default(true),
});

/** The same, checked even where other settings are at fault, so that one synth says everything. */
export const DeployConfig = Schema.refine(
  ({ ingressCidrs, allowPublicIngress }) => allowPublicIngress === true || (ingressCidrs ?? []).length > 0,
  { path: ['ingressCidrs'], message: 'expected at least one range, or allowPublicIngress: true', when: isObject },
)
  .refine(({ ingressCidrs, allowPublicIngress }) => !(allowPublicIngress === true && (ingressCidrs ?? []).length > 0), {
    path: ['allowPublicIngress'],
    message: 'expected false beside ingressCidrs, which it would make void',
    when: isObject,
  })
  .refine(({ logRetentionDays, auditRetentionDays }) => !(auditRetentionDays < logRetentionDays), {
    path: ['auditRetentionDays'],
    message: 'expected at least logRetentionDays',
    when: isObject,
  })
  .refine(
    ({ pool, templates }) => templatesOf(pool).every((name) => Object.hasOwn(templates ?? defaultTemplates, name)),
    {
      path: ['pool'],
      message: 'expected templates that are among matrx.templates',
      when: isObject,
    },
  );

/** Those that pools name, as far as these are what they should be. */
const templatesOf = (pool: unknown): string[] =>
  Array.isArray(pool) ? pool.map((entry) => entry?.template).filter((name) => typeof name === 'string') : [];

function isObject({ value }: { readonly value: unknown }): boolean {
  return typeof value === 'object' && value !== null;
}

export type DeployConfig = z.output<typeof DeployConfig>;
