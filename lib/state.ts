import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { table as shape } from '../contract/deployment.ts';
import type { DeployConfig } from './config/deploy-config.ts';

const key = (name: string) => ({ name, type: AttributeType.STRING });

/** The one table, of the shape the contract says. */
export class State extends Construct {
  readonly table: Table;
  readonly indexArns: readonly string[];

  constructor(scope: Construct, id: string, config: DeployConfig) {
    super(scope, id);

    this.table = new Table(this, 'Table', {
      partitionKey: key(shape.partitionKey),
      sortKey: key(shape.sortKey),
      timeToLiveAttribute: shape.timeToLive,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: config.retainData,
      removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const { name, partitionKey, sortKey } of shape.indexes) {
      this.table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: key(partitionKey),
        sortKey: key(sortKey),
        projectionType: ProjectionType.ALL,
      });
    }
    this.indexArns = shape.indexes.map(({ name }) => `${this.table.tableArn}/index/${name}`);
  }
}
