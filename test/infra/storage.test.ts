import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { expect, onTestFinished, test } from 'vitest';
import { attachGrants } from '../../lib/permissions/grant.ts';
import { storageNeedGrants, storageRoleGrants } from '../../lib/permissions/storage-grants.ts';
import { StorageRole } from '../../lib/storage-role.ts';
import { synth } from '../support/deployment/synth.ts';

/** A bucket, the function that delegates, and the role it delegates. */
function storageStack() {
  const outdir = mkdtempSync(join(tmpdir(), 'matrx-synth-'));
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }));
  const stack = new Stack(new App({ outdir }), 'Storage');
  const bucket = new Bucket(stack, 'Bucket');
  const delegating = new Role(stack, 'Delegating', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const { role } = new StorageRole(stack, 'Sessions', () => delegating);
  return { stack, bucket, delegating, role };
}

const arnOf = (id: string) => ({ 'Fn::GetAtt': [Match.stringLikeRegexp(`^${id}`), 'Arn'] });
const under = (prefix: string) => ({ 'Fn::Join': ['', [arnOf('Bucket'), `/${prefix}*`]] });

test('the storage role trusts the one function that delegates, and may tag its sessions', () => {
  const { stack } = storageStack();
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
    MaxSessionDuration: 3_600,
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: arnOf('Delegating') },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
        },
      ],
    },
  });
});

test('the storage role reaches what is kept of users and nothing that is on its way, and adds outputs', () => {
  const { stack, bucket, role } = storageStack();
  attachGrants(stack, 'Grants', role, storageRoleGrants(bucket));
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [
        {
          Action: ['GetObject', 'PutObject', 'AbortMultipartUpload', 'DeleteObject'].map((name) => `s3:${name}`),
          Resource: under('users/'),
        },
        { Action: 's3:PutObject', Resource: under('outputs/') },
        {
          Action: 's3:ListBucket',
          Resource: arnOf('Bucket'),
          Condition: { StringLike: { 's3:prefix': ['users/*'] } },
        },
      ],
    },
  });
});

test('to delegate is to assume exactly that role', () => {
  const { stack, bucket, delegating, role } = storageStack();
  attachGrants(stack, 'Grants', delegating, storageNeedGrants({ bucket, role })['storage:delegate']);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [{ Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: arnOf('SessionsRole') }] },
  });
});

test('functions write transfers only, and read and remove by need what lies under the three prefixes', () => {
  const { stack, bucket, role } = storageStack();
  const resourcesOf = (
    need: 'storage:read' | 'storage:transfer' | 'storage:delete' | 'outputs:read' | 'outputs:delete',
  ) =>
    storageNeedGrants({ bucket, role })[need].flatMap(({ resources }) =>
      resources.map((resource) => JSON.stringify(stack.resolve(resource)).match(/"\/(.*)"/)?.[1] ?? 'the bucket'),
    );
  expect(resourcesOf('storage:transfer')).toEqual(['transfers/*']);
  expect(resourcesOf('storage:delete')).toEqual(['users/*', 'transfers/*']);
  expect(resourcesOf('storage:read')).toEqual(['users/*', 'transfers/*', 'the bucket']);
  expect(resourcesOf('outputs:read')).toEqual(['outputs/*', 'the bucket']);
  expect(resourcesOf('outputs:delete')).toEqual(['outputs/*']);
});

test('pages of the allowed origins, and no others, can send and fetch by presigned address', () => {
  const [, plain] = synth().all('AWS::S3::Bucket')[0] ?? [];
  expect(plain?.Properties).not.toHaveProperty('CorsConfiguration');
  const [, shared] = synth({ settings: { corsOrigins: ['https://app.example.com'] } }).all('AWS::S3::Bucket')[0] ?? [];
  expect(shared?.Properties).toHaveProperty('CorsConfiguration.CorsRules', [
    {
      AllowedOrigins: ['https://app.example.com'],
      AllowedMethods: ['GET', 'HEAD', 'PUT'],
      AllowedHeaders: ['*'],
      ExposedHeaders: ['ETag', 'Content-Range', 'x-amz-checksum-sha256'],
      MaxAge: 3_600,
    },
  ]);
});
