import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adminGroup, doors } from '../../contract/api/doors.ts';
import { memoryByCpu, sizes } from '../../contract/api/sandboxes/sizes.ts';
import { container, functions } from '../../contract/deployment.ts';
import { deployedRoutes } from '../../lib/api/paths.ts';
import { synth } from '../support/deployment/synth.ts';

const stack = synth();
const { all, template } = stack;
const propertiesOf = (type: string) => all(type).map(([, { Properties }]) => Properties);
const text = JSON.stringify(stack.json);

interface Container {
  readonly [name: string]: unknown;
  readonly LinuxParameters: { readonly Capabilities: { readonly Drop: string[]; readonly Add?: string[] } };
}
const definitions = propertiesOf('AWS::ECS::TaskDefinition');
const containers = definitions.flatMap((properties) => properties['ContainerDefinitions'] as Container[]);

test('C3: no security group lets anything in', () => {
  expect(all('AWS::EC2::SecurityGroup')).toHaveLength(1);
  expect(all('AWS::EC2::SecurityGroupIngress')).toEqual([]);
  for (const properties of propertiesOf('AWS::EC2::SecurityGroup'))
    expect(properties['SecurityGroupIngress']).toBeUndefined();
});

test('C3: every route asks for what its door asks for, and only the open ones for nothing', () => {
  const methods = propertiesOf('AWS::ApiGateway::Method');
  expect(methods).toHaveLength(deployedRoutes.length);
  const count = (authorization: string) =>
    methods.filter(({ AuthorizationType: type }) => type === authorization).length;
  for (const kind of ['NONE', 'COGNITO_USER_POOLS', 'AWS_IAM']) {
    expect(count(kind)).toBe(deployedRoutes.filter(({ door }) => doors[door].authorization === kind).length);
  }
  for (const method of methods.filter(({ AuthorizationType: type }) => type === 'COGNITO_USER_POOLS')) {
    expect(method['AuthorizationScopes']).toHaveLength(1);
  }
});

test('every answer is a stream of up to fifteen minutes from a regional API', () => {
  template.allResourcesProperties('AWS::ApiGateway::RestApi', { EndpointConfiguration: { Types: ['REGIONAL'] } });
  template.allResourcesProperties('AWS::ApiGateway::Method', {
    Integration: { Type: 'AWS_PROXY', ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 },
  });
});

test('every method has a throttle', () => {
  const [stage = {}] = propertiesOf('AWS::ApiGateway::Stage');
  const settings = stage['MethodSettings'] as { ResourcePath: string; ThrottlingRateLimit: number }[];
  expect(settings).toHaveLength(deployedRoutes.length + 1);
  for (const setting of settings) expect(setting.ThrottlingRateLimit).toBeGreaterThan(0);
});

test('functions are those of the contract, with its settings', () => {
  const deployed = propertiesOf('AWS::Lambda::Function');
  expect(deployed.map(({ Description: name }) => name).sort()).toEqual(
    Object.keys(functions)
      .map((name) => `matrx-sandbox: ${name}`)
      .sort(),
  );
  for (const properties of deployed) {
    const name = String(properties['Description']).split(': ')[1] as keyof typeof functions;
    const { Variables } = properties['Environment'] as { Variables: Record<string, unknown> };
    expect(Object.keys(Variables).sort()).toEqual([...functions[name].settings].sort());
    expect(properties['Timeout']).toBe(functions[name].timeoutSeconds);
  }
});

test('H8: a container keeps the four capabilities of the agent and no more', () => {
  for (const { LinuxParameters, Privileged: privileged, User: user, MountPoints: mounts } of containers) {
    const { Drop, Add = [] } = LinuxParameters.Capabilities;
    const byDefault = [
      ...[
        'AUDIT_WRITE',
        'CHOWN',
        'DAC_OVERRIDE',
        'FOWNER',
        'FSETID',
        'MKNOD',
        'NET_BIND_SERVICE',
        'NET_RAW',
        'SETFCAP',
      ],
      ...['SYS_CHROOT', 'KILL', 'SETGID', 'SETPCAP', 'SETUID'],
    ];
    expect(byDefault.filter((name) => !Drop.includes(name)).sort()).toEqual(['KILL', 'SETGID', 'SETPCAP', 'SETUID']);
    expect([Add, privileged, user, mounts]).toEqual([[], undefined, undefined, undefined]);
  }
});

test('H10: a sandbox’s log is kept for a while, and never holds the agent up', () => {
  expect(containers).toHaveLength(2);
  for (const properties of containers) {
    expect(properties['LogConfiguration']).toMatchObject({
      LogDriver: 'awslogs',
      Options: { mode: 'non-blocking', 'max-buffer-size': '4194304b', 'awslogs-stream-prefix': container.name },
    });
  }
  for (const properties of propertiesOf('AWS::Logs::LogGroup'))
    expect(properties['RetentionInDays']).toBeGreaterThan(0);
});

test('a container starts the agent under an init, is asked how it is, and gets its time to end', () => {
  for (const properties of containers) {
    expect(properties).toMatchObject({
      Name: container.name,
      Command: container.command,
      HealthCheck: { Command: ['CMD', ...container.healthCheck] },
      LinuxParameters: { InitProcessEnabled: true },
      StopTimeout: container.stopTimeoutSeconds,
    });
    expect(container.stopTimeoutSeconds).toBeLessThanOrEqual(120);
  }
});

test('H7: images are named by digest, and nothing says latest', () => {
  for (const properties of containers) {
    expect(JSON.stringify(properties['Image'])).toMatch(/@",\{"Ref":"(Base|Minimal)ImageDigest"\}/);
  }
  expect(text.replaceAll('$LATEST', '')).not.toMatch(/latest/i);
  template.hasParameter('BaseImageDigest', { AllowedPattern: '^sha256:[0-9a-f]{64}$' });
});

test('every named size is one that Fargate runs', () => {
  for (const { cpu, memory_mb: memoryMb } of Object.values(sizes)) expect(memoryByCpu.get(cpu)).toContain(memoryMb);
});

test('sessions are not logged with a task’s own credentials', () => {
  template.hasResourceProperties('AWS::ECS::Cluster', {
    Configuration: { ExecuteCommandConfiguration: { Logging: 'NONE' } },
  });
});

test('H9: what holds data is kept when the stack goes, and protected while it is there', () => {
  for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Cognito::UserPool']) {
    for (const [, { DeletionPolicy, UpdateReplacePolicy }] of all(type)) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    }
  }
  template.allResourcesProperties('AWS::DynamoDB::Table', {
    DeletionProtectionEnabled: true,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
  });
  template.allResourcesProperties('AWS::Cognito::UserPool', { DeletionProtection: 'ACTIVE' });
  stack.images.allResources('AWS::ECR::Repository', { DeletionPolicy: 'Retain' });
});

test('H9: data goes with the stack where the deployment says so', () => {
  const temporary = synth({ settings: { retainData: false } });
  for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Cognito::UserPool', 'AWS::Logs::LogGroup']) {
    for (const [, { DeletionPolicy }] of temporary.all(type)) expect(DeletionPolicy).toBe('Delete');
  }
  temporary.template.allResourcesProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false });
});

test('what passes through the bucket, and what nobody completes, is gone after its days, and never a home', () => {
  const [bucket = {}] = propertiesOf('AWS::S3::Bucket');
  const { Rules } = bucket['LifecycleConfiguration'] as { Rules: Record<string, unknown>[] };
  const expiring = Rules.filter((rule) => 'ExpirationInDays' in rule).map((rule) => [
    rule['Prefix'],
    rule['ExpirationInDays'],
  ]);
  expect(expiring).toEqual([
    ['transfers/', 1],
    ['outputs/', 30],
  ]);
  expect(Rules).toContainEqual(expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }));
  expect(bucket['VersioningConfiguration']).toEqual({ Status: 'Enabled' });
});

test('nobody makes himself a user; a browser signs in by a code and keeps no secret', () => {
  template.allResourcesProperties('AWS::Cognito::UserPool', {
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
  });
  template.allResourcesProperties('AWS::Cognito::UserPoolClient', {
    AllowedOAuthFlows: ['code'],
    GenerateSecret: false,
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  });
  template.hasResourceProperties('AWS::Cognito::UserPoolGroup', { GroupName: adminGroup });
});

// DynamoDB, ECR and CloudWatch Logs encrypt by themselves, whatever a template says.
test('everything at rest is encrypted, and the bucket and the queue speak TLS only', () => {
  template.allResourcesProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  });
  template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
  for (const type of ['AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy']) {
    for (const properties of propertiesOf(type)) {
      expect(JSON.stringify(properties)).toContain('{"Bool":{"aws:SecureTransport":"false"}}');
    }
  }
});

test('H7: an image’s tag never moves, and what is pushed is scanned', () => {
  stack.images.allResourcesProperties('AWS::ECR::Repository', {
    ImageTagMutability: 'IMMUTABLE',
    ImageScanningConfiguration: { ScanOnPush: true },
  });
});

test('H4: the audit log is a group of its own that is kept longer, and has every request', () => {
  const [stage = {}] = propertiesOf('AWS::ApiGateway::Stage');
  const { Format: format, DestinationArn: destination } = stage['AccessLogSetting'] as {
    Format: string;
    DestinationArn: unknown;
  };
  const [audit] = all('AWS::Logs::LogGroup').filter(([id]) => JSON.stringify(destination).includes(id));
  expect(audit?.[1]).toMatchObject({ Properties: { RetentionInDays: 400 }, DeletionPolicy: 'Retain' });
  const line = JSON.parse(format) as Record<string, string>;
  expect(Object.values(line)).toEqual(
    expect.arrayContaining([
      ...['$context.identity.userArn', '$context.authorizer.claims.sub', '$context.httpMethod', '$context.path'],
      ...['$context.identity.sourceIp', '$context.status', '$context.error.responseType', '$context.requestId'],
    ]),
  );
  expect(format).not.toMatch(/header|querystring|body|token|apiKey|error\.message/i);
  // Also of the functions that events reach: they end sandboxes or remove what is stored, and both are audited.
  for (const properties of propertiesOf('AWS::Lambda::Function'))
    expect(JSON.stringify(properties['LoggingConfig'])).toContain(String(audit?.[0]));
});

test('H4: a session that anybody else opens is recorded, and an alarm', () => {
  const [rule = {}] = propertiesOf('AWS::Events::Rule').filter((properties) =>
    JSON.stringify(properties).includes('CloudTrail'),
  );
  const { detail } = rule['EventPattern'] as { detail: Record<string, unknown> };
  expect(detail).toMatchObject({ eventSource: ['ecs.amazonaws.com'], eventName: ['ExecuteCommand'] });
  const [others, none] = detail['$or'] as unknown[];
  expect(JSON.stringify(others)).toMatch(/"arn":\[\{"anything-but":\[\{"Fn::GetAtt":\["FunctionscommandsRole/);
  expect(JSON.stringify(none)).toContain('{"arn":[{"exists":false}]}');
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: 'AWS/Events', MetricName: 'Invocations' });
});

test('every alarm names a page that is there, and says when nothing comes', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  const alarms = propertiesOf('AWS::CloudWatch::Alarm');
  expect(alarms.length).toBeGreaterThanOrEqual(9);
  for (const { AlarmDescription: description, TreatMissingData: missing } of alarms) {
    expect(headings).toContain(String(description).split('docs/operations.md#')[1]);
    expect(missing).toBeDefined();
  }
});

test('the dashboard shows no metric with an id', () => {
  const [dashboard = {}] = propertiesOf('AWS::CloudWatch::Dashboard');
  expect(JSON.stringify(dashboard)).not.toMatch(/sbx_|cmd_|sandboxId|userId/);
});

test('the stack is far from CloudFormation’s 500 resources and API Gateway’s 300, also with preflights', () => {
  const { resources, all: allOf } = synth({ settings: { corsOrigins: ['https://app.example.com'] } });
  expect(Object.keys(resources).length).toBeLessThan(420);
  expect(allOf('AWS::ApiGateway::Resource').length).toBeLessThan(200);
});

test('nothing in the template waits for itself', () => {
  const needed = (id: string): string[] =>
    [...JSON.stringify(stack.resources[id]).matchAll(/"(?:Ref|Fn::GetAtt|DependsOn)":\[?"([A-Za-z0-9]+)"/g)]
      .map(([, found = '']) => found)
      .filter((found) => found in stack.resources);
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    expect(path).not.toContain(id);
    if (done.has(id)) return;
    for (const next of needed(id)) if (next !== id) visit(next, [...path, id]);
    done.add(id);
  };
  for (const id of Object.keys(stack.resources)) visit(id, []);
});
