// The CDK app: `cdk synth`, `cdk deploy`. Settings are `matrx` in cdk.json.
import { join } from 'node:path';
import { App, Tags, Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { FunctionName } from '../contract/deployment.ts';
import { bundleFunction } from '../lib/functions/bundle-function.ts';
import { functionNames } from '../lib/functions/functions.ts';
import { ImageStack } from '../lib/image-stack.ts';
import { SandboxStack } from '../lib/sandbox-stack.ts';
import { settingsOrExit } from './deploy/settings-or-exit.ts';

const folderOf = (name: FunctionName): string => join('dist', 'functions', name);

// Reading a map takes longer than loading the function; names are kept, and the map of a build is made again from its source.
const code = (name: FunctionName): Code => Code.fromAsset(folderOf(name), { exclude: ['*.map'] });

const app = new App();
const config = settingsOrExit(app.node.tryGetContext('matrx'));
await Promise.all(functionNames.map((name) => bundleFunction(name, folderOf(name))));
const image = new ImageStack(app, `${config.name}-image`, { config, description: 'Images of MATRX sandboxes' });
const service = new SandboxStack(app, config.name, { config, code, description: 'MATRX Sandbox' });
service.addStackDependency(image);
Tags.of(app).add('matrx:deployment', config.name);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
app.synth();
