import type { App } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { type Resource, synth } from '../support/deployment/synth.ts';

const plugins = (app: App) => [new AwsSolutionsChecks(app), new ServerlessChecks(app)];

const networks = ['public', 'nat'];
const architectures = ['arm64', 'x86_64'];
const capacities = [['on-demand'], ['spot'], ['spot', 'on-demand']];
const others = [
  { egress: 'web', diskGb: 100 },
  { flowLogs: true, reservedConcurrency: { commands: 50 }, alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:pages' },
  { containerInsights: false, corsOrigins: ['https://app.example.com'] },
  { clientChannels: true, rootCommands: true, pool: [{ template: 'base', size: 's', count: 2 }] },
  { allowPublicIngress: true, ingressCidrs: [], retainData: false, terminationProtection: false },
  { name: 'matrx-dev', templates: { base: { description: 'a' }, 'my-tools': { description: 'b' } } },
];
// Each two of the first three meet, and every other setting is in one of them: a stack takes seconds, and no rule is about three.
const choices = networks.flatMap((network, row) =>
  capacities.map((capacity, column) => ({
    network,
    architecture: architectures[(row + column) % 2],
    capacity,
    ...others[row * capacities.length + column],
  })),
);

/** The settings of the function that runs tasks. */
function placementIn(functions: [string, Resource][]) {
  const lifecycle = functions.find(([, { Properties }]) => String(Properties['Description']).endsWith(': lifecycle'));
  if (lifecycle === undefined) throw new Error('no function lifecycle in the template');
  const { Variables } = lifecycle[1].Properties['Environment'] as { Variables: Record<string, string> };
  return {
    placement: JSON.parse(Variables['MATRX_PLACEMENT'] ?? ''),
    subnets: JSON.stringify(Variables['MATRX_SUBNETS']),
  };
}

test.each(choices)('%j: the rules of AWS and of cdk-nag hold', (settings) => {
  const { template, all } = synth({ settings, plugins });
  template.allResourcesProperties('AWS::ECS::TaskDefinition', {
    RuntimePlatform: { CpuArchitecture: settings.architecture === 'arm64' ? 'ARM64' : 'X86_64' },
  });
  template.resourceCountIs('AWS::EC2::NatGateway', settings.network === 'nat' ? 1 : 0);
  const { placement, subnets } = placementIn(all('AWS::Lambda::Function'));
  expect(placement).toEqual({ public_addresses: settings.network === 'public', capacity: settings.capacity });
  expect(subnets).toContain(settings.network === 'nat' ? 'VpcPrivateSubnet1' : 'VpcPublicSubnet1');
});

test('fails when a rule is broken: the rules are on', () => {
  const addOpenQueue = (app: App) => {
    new Queue(app.node.findChild('matrx-sandbox'), 'Open');
    return plugins(app);
  };
  expect(() => synth({ plugins: addOpenQueue })).toThrow(/AwsSolutions-SQS4/);
});

test('egress web lets TCP 80 and 443 out and nothing else', () => {
  const [group] = synth({ settings: { egress: 'web' } }).all('AWS::EC2::SecurityGroup');
  const rules = group?.[1].Properties['SecurityGroupEgress'] as {
    IpProtocol: string;
    FromPort: number;
    ToPort: number;
  }[];
  expect(rules.map(({ IpProtocol, FromPort, ToPort }) => [IpProtocol, FromPort, ToPort])).toEqual([
    ['tcp', 443, 443],
    ['tcp', 80, 80],
  ]);
});

test('flow logs are written by a role of their own, and kept for a while', () => {
  const { template } = synth({ settings: { flowLogs: true, logRetentionDays: 14 } });
  template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL', LogDestinationType: 'cloud-watch-logs' });
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: Match.anyValue() });
  synth().template.resourceCountIs('AWS::EC2::FlowLog', 0);
});

test.each(networks)(
  '%s: storage and table are reached without the internet, and a machine has an address of its own',
  (network) => {
    const { template } = synth({ settings: { network } });
    for (const service of ['s3', 'dynamodb']) {
      template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
        VpcEndpointType: 'Gateway',
        ServiceName: { 'Fn::Join': ['', Match.arrayWith([`.${service}`])] },
      });
    }
    template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
  },
);

test('a template of the operator’s own has a task definition, and a parameter for its digest', () => {
  const templates = { base: { description: 'a' }, 'my-tools': { description: 'b' } };
  const { template } = synth({ settings: { templates } });
  template.hasResourceProperties('AWS::ECS::TaskDefinition', { Family: 'matrx-sandbox-my-tools' });
  template.hasParameter('MyToolsImageDigest', {});
});

test('web pages of configured origins may call the people’s door', () => {
  const { template } = synth({ settings: { corsOrigins: ['https://app.example.com'] } });
  const preflights = Object.values(
    template.findResources('AWS::ApiGateway::Method', { Properties: { HttpMethod: 'OPTIONS' } }),
  );
  expect(preflights.length).toBeGreaterThan(0);
  for (const { Properties } of preflights) expect(JSON.stringify(Properties)).toContain('https://app.example.com');
});
