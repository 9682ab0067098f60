import * as z from 'zod';
import { TemplateName } from '../contract/api/identifiers.ts';
import { limits } from '../contract/api/limits.ts';
import { sizeNames } from '../contract/api/sandboxes/sizes.ts';
import { type Clock, clockFromSetting } from '../contract/clock.ts';
import { type FunctionName, functions, type Setting } from '../contract/deployment.ts';
import { HomeOrder } from '../contract/home/home-order.ts';
import project from '../package.json' with { type: 'json' };

function json(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'expected JSON' });
    return z.NEVER;
  }
}

const list = (most: number) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(z.string().regex(/^[a-z]+-[A-Za-z0-9-]+$/, 'expected ids like subnet-0a1b, with commas')).max(most));

const Templates = z
  .record(
    TemplateName,
    z.strictObject({
      task_definition: z.string().min(1),
      description: z.string(),
      image_digest: z.string().nullable(),
    }),
  )
  .refine((templates) => 'base' in templates, 'expected a template named base');

const quota = (min: number, max: number, value: number) => z.number().int().min(min).max(max).default(value);

const Quotas = z.strictObject({
  live_sandboxes_per_user: quota(1, limits.quotas.liveSandboxes, 20),
  creates_per_user_per_minute: quota(1, limits.quotas.createsPerMinute, 60),
  commands_per_user_per_minute: quota(1, limits.quotas.commandsPerMinute, 6_000),
  max_ttl_seconds: z.number().int().min(limits.ttlSeconds.min).max(limits.ttlSeconds.max).default(86_400),
});

/** How tasks are launched: with a public address or behind a gateway, and on which capacity, in the order tried. */
const Placement = z.strictObject({
  public_addresses: z.boolean().default(true),
  capacity: z
    .array(z.enum(['on-demand', 'spot']))
    .min(1)
    .default(['on-demand']),
});

/** Machines that wait for sandboxes, by template and size. */
const Pools = z
  .array(
    z.strictObject({
      template: TemplateName,
      size: z.enum(sizeNames),
      count: z.number().int().min(1).max(limits.pool.members),
      max_age_minutes: z.number().int().min(10).max(limits.pool.ageMinutes).default(360),
    }),
  )
  .refine(
    (pools) => pools.reduce((sum, { count }) => sum + count, 0) <= limits.pool.members,
    `expected at most ${limits.pool.members} machines together`,
  );

/** How often homes are saved, and which of their checkpoints are kept. */
const HomeSettings = HomeOrder.pick({ save_seconds: true, keep: true });

const origins = z
  .string()
  .default('')
  .transform((text) => text.split(',').filter((part) => part !== ''))
  .pipe(z.array(z.url()));

const TaskRole = z
  .string()
  .regex(/^\d{12}\/AROA[A-Z0-9]+$/, 'expected <account id>/<role id>, as in 123456789012/AROAEXAMPLE')
  .transform((text) => {
    const [accountId = '', roleId = ''] = text.split('/');
    return { accountId, roleId };
  });

const choice = z
  .enum(['on', 'off'], 'expected on or off')
  .default('off')
  .transform((text) => text === 'on');

const schemas = {
  MATRX_NAME: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,30}$/, 'expected the name of the deployment')
    .default('matrx-sandbox'),
  MATRX_TABLE: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{3,255}$/, 'expected the name of a table: 3-255 letters, digits, "_.-"'),
  MATRX_CLUSTER: z.string().regex(/^[A-Za-z0-9_:/-]{1,255}$/, 'expected the name or ARN of a cluster'),
  MATRX_TEMPLATES: z.string().transform(json).pipe(Templates),
  MATRX_SUBNETS: list(16),
  MATRX_SECURITY_GROUPS: list(5),
  MATRX_TASK_ROLE: TaskRole,
  MATRX_QUOTAS: z.string().default('{}').transform(json).pipe(Quotas),
  MATRX_PLACEMENT: z.string().default('{}').transform(json).pipe(Placement),
  MATRX_POOL: z.string().default('[]').transform(json).pipe(Pools),
  MATRX_CORS_ORIGINS: origins,
  MATRX_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'expected the name of a bucket: 3-63 of a-z, 0-9 and "-"'),
  MATRX_STORAGE_ROLE: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'expected the ARN of a role'),
  MATRX_HOMES: z.string().default('{}').transform(json).pipe(HomeSettings),
  MATRX_CLIENT_CHANNELS: choice,
  MATRX_ROOT_COMMANDS: choice,
  MATRX_LOG_GROUP: z.string().regex(/^[\w./#-]{1,512}$/, 'expected the name of a log group'),
} as const satisfies Record<Setting, z.ZodType>;

/** Everything that is wrong with the settings of a function, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[], cause?: unknown) {
    super(`settings are wrong: ${faults.join('; ')}`, { cause });
    this.faults = faults;
  }
}

type SettingOf<F extends FunctionName> = (typeof functions)[F]['settings'][number];

/** The settings of a function, parsed, and what every function has. */
export type Config<F extends FunctionName> = { readonly [S in SettingOf<F>]: z.output<(typeof schemas)[S]> } & {
  readonly clock: Clock;
  readonly version: string;
};

const faultOf = (setting: string, text: string | undefined, issue: z.core.$ZodIssue): string =>
  [
    `${[setting, ...issue.path].join('.')} is ${text === undefined ? 'missing' : `"${text.slice(0, 100)}"`}`,
    issue.message,
  ].join(': ');

/** Reads the settings that deployment.ts gives a function. Throws ConfigError with every fault: key, value, rule. */
export function readConfig<F extends FunctionName>(
  name: F,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config<F> {
  const faults: string[] = [];
  const parsed: Record<string, unknown> = { version: project.version };
  for (const setting of functions[name].settings) {
    const result = schemas[setting].safeParse(env[setting]);
    if (result.success) parsed[setting] = result.data;
    else faults.push(...result.error.issues.map((issue) => faultOf(setting, env[setting], issue)));
  }
  let cause: unknown;
  try {
    parsed['clock'] = clockFromSetting(env['MATRX_CLOCK']);
  } catch (error) {
    cause = error;
    faults.push(error instanceof Error ? error.message : 'MATRX_CLOCK is wrong');
  }
  if (faults.length > 0) throw new ConfigError(faults, cause);
  // Each setting the type names has been parsed above by its own schema.
  return parsed as Config<F>;
}
