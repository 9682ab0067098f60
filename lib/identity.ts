import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  CfnUserPoolGroup,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
  type UserPoolDomain,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { adminGroup, type Scope, scopes } from '../contract/api/doors.ts';
import type { DeployConfig } from './config/deploy-config.ts';

const resourceServer = 'matrx';
const scopeName = (scope: string): string => scope.slice(resourceServer.length + 1);

/** Who people are: a pool that an administrator fills, and the app by which they and web pages sign in. */
export class Identity extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;
  readonly domain: UserPoolDomain;

  constructor(scope: Construct, id: string, config: DeployConfig) {
    super(scope, id);

    this.pool = new UserPool(this, 'Pool', {
      userPoolName: config.name,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 14,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      deletionProtection: config.retainData,
      removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    new CfnUserPoolGroup(this, 'Admins', {
      userPoolId: this.pool.userPoolId,
      groupName: adminGroup,
      description: 'May act for every user',
    });
    this.domain = this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `${config.name}-${Stack.of(this).account}` },
    });
    this.client = this.#addClient(config);

    Validations.of(this.pool).acknowledge(
      {
        id: 'AwsSolutions-COG2',
        reason: 'a second factor is each user’s choice; requiring one is a setting of the pool',
      },
      { id: 'AwsSolutions-COG3', reason: 'threat protection needs the Plus tier, which is paid by the user and month' },
      { id: 'AwsSolutions-COG8', reason: 'the Plus tier is paid by the user and month; the pool has no self sign-up' },
    );
  }

  /** A public client: it has no secret to keep, and proves itself with PKCE. */
  #addClient(config: DeployConfig): UserPoolClient {
    const known = (Object.keys(scopes) as Scope[]).map(
      (name) => new ResourceServerScope({ scopeName: scopeName(name), scopeDescription: scopes[name] }),
    );
    const server = this.pool.addResourceServer('Scopes', { identifier: resourceServer, scopes: known });
    return this.pool.addClient('Client', {
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      authFlows: { userSrp: true },
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(1),
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, ...known.map((scope) => OAuthScope.resourceServer(server, scope))],
        callbackUrls: config.callbackUrls,
      },
    });
  }
}
