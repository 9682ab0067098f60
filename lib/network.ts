import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { DeployConfig } from './config/deploy-config.ts';

/** What the flow logs of the network are written to, and by whom. */
export interface FlowLogs {
  readonly logGroup: LogGroup;
  readonly role: Role;
}

/** Where tasks run: two zones, and nothing that an address outside can open a connection to. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly securityGroup: SecurityGroup;
  /** Whether a task needs a public address to reach anything. */
  readonly publicAddresses: boolean;
  readonly flowLogs: FlowLogs | undefined;

  constructor(scope: Construct, id: string, config: DeployConfig) {
    super(scope, id);
    this.publicAddresses = config.network === 'public';

    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: this.publicAddresses ? 0 : 1,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 20, mapPublicIpOnLaunch: false },
        ...(this.publicAddresses
          ? []
          : [{ name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 }]),
      ],
      // Image layers come from S3: by this way they cost nothing and pass no NAT gateway.
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
    });
    // The class leaves a property of the interface undefined, which exact optional properties don't allow.
    this.vpc = vpc as IVpc;
    this.subnets = this.publicAddresses ? vpc.publicSubnets : vpc.privateSubnets;

    this.securityGroup = new SecurityGroup(this, 'Tasks', {
      vpc: this.vpc,
      description: 'Sandboxes: nothing comes in',
      allowAllOutbound: config.egress === 'open',
    });
    if (config.egress === 'web') {
      // The resolver of the network answers names whatever a security group says.
      this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'HTTPS');
      this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(80), 'HTTP');
    }

    this.flowLogs = config.flowLogs ? this.#addFlowLogs(vpc, config) : undefined;
    if (!config.flowLogs) {
      Validations.of(vpc).acknowledge({
        id: 'AwsSolutions-VPC7',
        reason:
          'flow logs are an option of the deployment (flowLogs): they cost by the byte and sandboxes have no inbound path',
      });
    }
  }

  #addFlowLogs(vpc: Vpc, config: DeployConfig): FlowLogs {
    const logGroup = new LogGroup(this, 'FlowLog', {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { account } = Stack.of(this);
    const role = new Role(this, 'FlowLogRole', {
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup, role.withoutPolicyUpdates()),
    });
    return { logGroup, role };
  }
}
