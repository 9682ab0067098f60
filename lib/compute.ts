import { CfnParameter, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type IRepository, Repository } from 'aws-cdk-lib/aws-ecr';
import {
  AwsLogDriverMode,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  ExecuteCommandLogging,
  FargateTaskDefinition,
  LinuxParameters,
  LogDrivers,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Size } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { defaultSize, sizes } from '../contract/api/sandboxes/sizes.ts';
import { container } from '../contract/deployment.ts';
import { droppedCapabilities } from './capabilities.ts';
import type { DeployConfig } from './config/deploy-config.ts';
import { digestParameter, pascalCase } from './digest-parameter.ts';
import type { Network } from './network.ts';
import type { TaskRoles } from './task-roles.ts';

interface ComputeProps {
  readonly config: DeployConfig;
  readonly network: Network;
  readonly roles: TaskRoles;
  /** Where the agent finds the control plane. */
  readonly apiUrl: string;
}

/** A configured image, as a task definition and as the record of a sandbox name it. */
export interface Template {
  readonly description: string;
  readonly imageDigest: string;
  readonly definition: FargateTaskDefinition;
}

/** The cluster, and one task definition for each template. A sandbox's own size is said when its task is run. */
export class Compute extends Construct {
  readonly cluster: Cluster;
  readonly repository: IRepository;
  readonly logGroup: LogGroup;
  readonly templates: ReadonlyMap<string, Template>;

  constructor(scope: Construct, id: string, { config, network, roles, apiUrl }: ComputeProps) {
    super(scope, id);

    this.cluster = new Cluster(this, 'Cluster', {
      clusterName: config.name,
      vpc: network.vpc,
      enableFargateCapacityProviders: true,
      containerInsightsV2: config.containerInsights ? ContainerInsights.ENABLED : ContainerInsights.DISABLED,
      // A session's log would be written with the task's own credentials: code in a sandbox could forge it. The audit record
      // is written on this side.
      executeCommandConfiguration: { logging: ExecuteCommandLogging.NONE },
    });
    if (!config.containerInsights) {
      Validations.of(this.cluster).acknowledge({
        id: 'AwsSolutions-ECS4',
        reason: 'Container Insights are an option of the deployment (containerInsights), on by default',
      });
    }

    this.repository = Repository.fromRepositoryName(this, 'Repository', config.name);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.templates = new Map(
      Object.entries(config.templates).map(([name, { description }]) => {
        const imageDigest = this.#addDigestParameter(name);
        return [
          name,
          { description, imageDigest, definition: this.#addDefinition(name, imageDigest, config, roles, apiUrl) },
        ];
      }),
    );
  }

  /** Known when the image is pushed, which is after the repository is made: CloudFormation keeps it from then on. */
  #addDigestParameter(template: string): string {
    const parameter = new CfnParameter(this, digestParameter(template), {
      description: `Digest of the image of the template ${template}; npm run image prints it`,
      allowedPattern: '^sha256:[0-9a-f]{64}$',
      constraintDescription: 'sha256: and 64 hexadecimal digits',
    });
    parameter.overrideLogicalId(digestParameter(template));
    return parameter.valueAsString;
  }

  #addDefinition(
    template: string,
    imageDigest: string,
    config: DeployConfig,
    roles: TaskRoles,
    apiUrl: string,
  ): FargateTaskDefinition {
    const { cpu, memory_mb: memoryLimitMiB } = sizes[defaultSize];
    const definition = new FargateTaskDefinition(this, `${pascalCase(template)}Task`, {
      family: `${config.name}-${template}`,
      cpu: cpu * 1_024,
      memoryLimitMiB,
      // 20 GiB are there without asking, and asking for 20 is an error.
      ...(config.diskGb > 20 ? { ephemeralStorageGiB: config.diskGb } : {}),
      runtimePlatform: {
        operatingSystemFamily: OperatingSystemFamily.LINUX,
        cpuArchitecture: config.architecture === 'arm64' ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
      },
      taskRole: roles.task.withoutPolicyUpdates(),
      executionRole: roles.execution.withoutPolicyUpdates(),
    });
    definition.addContainer(container.name, {
      image: ContainerImage.fromRegistry(`${this.repository.repositoryUri}@${imageDigest}`),
      command: [...container.command],
      // Nothing secret: code in a sandbox can't read it, and root in one may.
      environment: { ...container.environment, MATRX_API_URL: apiUrl },
      linuxParameters: this.#linuxParameters(template),
      stopTimeout: Duration.seconds(container.stopTimeoutSeconds),
      // For who looks at the task. What counts is the agent's heartbeat, which ends a sandbox that is not well.
      healthCheck: {
        command: ['CMD', ...container.healthCheck],
        interval: Duration.seconds(30),
        timeout: Duration.seconds(5),
        startPeriod: Duration.seconds(60),
        retries: 3,
      },
      // A log that can't be written must not stop the agent.
      logging: LogDrivers.awsLogs({
        logGroup: this.logGroup,
        streamPrefix: container.name,
        mode: AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(4),
      }),
    });
    Validations.of(definition).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason:
        'the only variable is the URL of the API, which is no secret and which no parameter store could give an agent without rights',
    });
    return definition;
  }

  #linuxParameters(template: string): LinuxParameters {
    const parameters = new LinuxParameters(this, `${pascalCase(template)}Linux`, { initProcessEnabled: true });
    parameters.dropCapabilities(...droppedCapabilities);
    return parameters;
  }
}
