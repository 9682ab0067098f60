import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type CorsRule, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { bucket } from '../contract/deployment.ts';
import type { DeployConfig } from './config/deploy-config.ts';

// What has had its time stays as an old version so long: nobody asks for it back.
const removedDays = 1;

/** The one bucket: homes under `users/`, which only the service removes, `transfers/`, which are gone in a day, and `outputs/`. */
export class Storage extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, config: DeployConfig) {
    super(scope, id);

    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: config.bucketName,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      lifecycleRules: [
        { id: 'uploads', abortIncompleteMultipartUploadAfter: Duration.days(bucket.unfinishedUploadDays) },
        {
          id: 'transfers',
          prefix: bucket.transfers.prefix,
          expiration: Duration.days(bucket.transfers.days),
          noncurrentVersionExpiration: Duration.days(removedDays),
        },
        {
          id: 'outputs',
          prefix: bucket.outputs.prefix,
          expiration: Duration.days(bucket.outputs.days),
          noncurrentVersionExpiration: Duration.days(removedDays),
        },
        {
          id: 'replaced',
          prefix: bucket.users.prefix,
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
        },
      ],
      cors: corsRules(config.corsOrigins),
      removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'objects are reached only with credentials that the service hands out by prefix, each an audit record of its own',
    });
  }
}

/** For pages that send and fetch files by presigned address. */
const corsRules = (origins: readonly string[]): CorsRule[] =>
  origins.length === 0
    ? []
    : [
        {
          allowedOrigins: [...origins],
          allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.PUT],
          allowedHeaders: ['*'],
          exposedHeaders: ['ETag', 'Content-Range', 'x-amz-checksum-sha256'],
          maxAge: 3_600,
        },
      ];
