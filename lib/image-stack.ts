import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Repository, RepositoryEncryption, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import type { DeployConfig } from './config/deploy-config.ts';

interface ImageStackProps extends StackProps {
  readonly config: DeployConfig;
}

/** The one repository of images. A stack of its own, since the service's first deploy needs images that are pushed already. */
export class ImageStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: ImageStackProps) {
    super(scope, id, { ...props, terminationProtection: config.terminationProtection });

    const repository = new Repository(this, 'Repository', {
      repositoryName: config.name,
      imageTagMutability: TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      encryption: RepositoryEncryption.AES_256,
      removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      emptyOnDelete: !config.retainData,
      lifecycleRules: [
        { rulePriority: 1, tagStatus: TagStatus.UNTAGGED, maxImageAge: Duration.days(7), description: 'failed pushes' },
        // Far more than are ever in use: an image that a task definition names by digest must stay.
        { rulePriority: 2, tagStatus: TagStatus.ANY, maxImageCount: 200, description: 'old releases' },
      ],
    });

    new CfnOutput(this, 'RepositoryUri', { value: repository.repositoryUri });
  }
}
