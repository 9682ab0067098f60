import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type IPolicyValidationPlugin, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { readConfig } from '../../../lib/config/read-config.ts';
import { contractRules, type EventRules } from '../../../lib/events.ts';
import { ImageStack } from '../../../lib/image-stack.ts';
import { SandboxStack } from '../../../lib/sandbox-stack.ts';

const root = join(import.meta.dirname, '../../..');
const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };

/** The settings that have no default. */
export const required = { ingressCidrs: ['203.0.113.0/24'], bucketName: 'matrx-test-bucket' };

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

interface Options {
  readonly settings?: Readonly<Record<string, unknown>>;
  /** @default the contract's */
  readonly eventRules?: EventRules;
  readonly plugins?: (app: App) => IPolicyValidationPlugin[];
}

function synthesise({ settings = {}, eventRules = contractRules, plugins = () => [] }: Options) {
  const outdir = mkdtempSync(join(tmpdir(), 'matrx-synth-'));
  try {
    const app = new App({ outdir, context });
    const config = readConfig({ ...required, ...settings });
    const image = new ImageStack(app, `${config.name}-image`, { config });
    const code = () => Code.fromInline('exports.handler=0');
    const service = new SandboxStack(app, config.name, { config, code, eventRules });
    const added = plugins(app);
    if (added.length > 0) Validations.of(app).addPlugins(...added);
    const assembly = app.synth();
    const [images, template] = [image, service].map((stack) => assembly.getStackArtifact(stack.artifactId).template);
    const resources = template.Resources as Record<string, Resource>;
    return {
      config,
      json: template as Record<string, unknown>,
      template: Template.fromJSON(template),
      images: Template.fromJSON(images),
      resources,
      /** Every resource of a type, by its logical id. */
      all: (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type),
    };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const made = new Map<string, ReturnType<typeof synthesise>>();

/**
 * Synthesises both stacks as `cdk synth` does, with the flags of cdk.json and its validation; throws its report when a rule is
 * broken. The functions' code is left out. It takes seconds: what settings alone make is made once, and read by all.
 */
export function synth(options: Options = {}) {
  if (options.eventRules !== undefined || options.plugins !== undefined) return synthesise(options);
  const key = JSON.stringify(options.settings ?? {});
  const stack = made.get(key) ?? synthesise(options);
  made.set(key, stack);
  return stack;
}
