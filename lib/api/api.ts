import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodOptions,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { doors } from '../../contract/api/doors.ts';
import { fileHeaders } from '../../contract/api/files/file-bytes.ts';
import type { ApiFunction } from '../../contract/api/route.ts';
import type { DeployConfig } from '../config/deploy-config.ts';
import type { Functions } from '../functions/functions.ts';
import { accessLogFormat } from './access-log-format.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { methodThrottles } from './method-throttles.ts';
import { type DeployedRoute, deployedRoutes, executePaths, stageName } from './paths.ts';
import { resourcePolicy } from './resource-policy.ts';

interface ApiProps {
  readonly config: DeployConfig;
  readonly taskRoleArn: string;
  readonly userPool: IUserPool;
  readonly auditLog: LogGroup;
}

/** API Gateway's hard end of a streamed answer. */
const longestAnswer = Duration.minutes(15);

/** The REST API: every route of the contract behind its doors, answered as a stream. */
export class Api extends Construct {
  readonly restApi: RestApi;
  /** Without a slash at its end. */
  readonly url: string;
  readonly #authorizer: CognitoUserPoolsAuthorizer;
  readonly #corsOrigins: readonly string[];

  constructor(scope: Construct, id: string, { config, taskRoleArn, userPool, auditLog }: ApiProps) {
    super(scope, id);
    this.#corsOrigins = config.corsOrigins;

    this.restApi = new RestApi(this, 'Rest', {
      restApiName: config.name,
      // At the edge a stream may be silent for 30 s only.
      endpointTypes: [EndpointType.REGIONAL],
      policy: resourcePolicy(config, taskRoleArn),
      binaryMediaTypes: ['application/octet-stream'],
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName,
        accessLogDestination: new LogGroupLogDestination(auditLog),
        accessLogFormat,
        // Its log group is made by API Gateway, keeps everything for ever, and has whole requests in it.
        loggingLevel: MethodLoggingLevel.OFF,
        throttlingRateLimit: config.throttle.requestsPerSecond,
        throttlingBurstLimit: config.throttle.burst,
        methodOptions: methodThrottles(config.throttle),
      },
    });
    this.url = endpoint(this.restApi);
    this.#authorizer = new CognitoUserPoolsAuthorizer(this, 'People', { cognitoUserPools: [userPool] });
    addGatewayResponses(this.restApi, this.#corsOrigins.length > 0);

    this.#acknowledge();
  }

  /** Puts every route in front of its function. */
  serve(functions: Functions): void {
    const integrations = new Map<ApiFunction, LambdaIntegration>();
    const integrationOf = (name: ApiFunction): LambdaIntegration => {
      const made =
        integrations.get(name) ??
        new LambdaIntegration(functions.get(name).function, {
          responseTransferMode: ResponseTransferMode.STREAM,
          timeout: longestAnswer,
          // One permission for each function: one for each method would be hundreds of resources.
          scopePermissionToMethod: false,
        });
      integrations.set(name, made);
      return made;
    };
    for (const route of deployedRoutes) {
      const resource = this.restApi.root.resourceForPath(route.path);
      resource.addMethod(route.row.method, integrationOf(route.row.function), this.#methodOptions(route));
      if (route.door === 'person' && this.#corsOrigins.length > 0) this.#addPreflight(resource);
    }
  }

  /** What a policy names to let somebody call the routes of a door. */
  arnsOf(door: DeployedRoute['door']): string[] {
    const { restApiId } = this.restApi;
    return executePaths(door).map((path) =>
      Stack.of(this).formatArn({ service: 'execute-api', resource: restApiId, resourceName: path }),
    );
  }

  #methodOptions({ door, row }: DeployedRoute): MethodOptions {
    switch (doors[door].authorization) {
      case 'COGNITO_USER_POOLS':
        // With scopes API Gateway wants an access token, without any an ID token.
        return {
          authorizationType: AuthorizationType.COGNITO,
          authorizer: this.#authorizer,
          authorizationScopes: row.scope === undefined ? [] : [row.scope],
        };
      case 'AWS_IAM':
        return { authorizationType: AuthorizationType.IAM };
      case 'NONE':
        return { authorizationType: AuthorizationType.NONE };
    }
  }

  #addPreflight(resource: IResource): void {
    if (resource.node.tryFindChild('OPTIONS')) return;
    resource.addCorsPreflight({
      allowOrigins: [...this.#corsOrigins],
      allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowHeaders: ['authorization', 'content-type', 'accept', 'idempotency-key', 'range', 'if-none-match'],
      exposeHeaders: ['x-request-id', 'retry-after', 'content-range', ...Object.values(fileHeaders)],
      maxAge: Duration.hours(1),
    });
  }

  #acknowledge(): void {
    const pushRole = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs';
    Validations.of(this.restApi).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${pushRole}]`,
      reason: 'the role by which API Gateway writes logs is one for the whole account, with the policy AWS made for it',
    });
    Validations.of(this.restApi).acknowledge(
      {
        id: 'AwsSolutions-APIG2',
        reason: 'the functions check every field by the schema of its route and say which one is at fault',
      },
      {
        id: 'AwsSolutions-APIG3',
        reason: 'a firewall costs 6 dollars a month; addresses, credentials and throttles hold without it',
      },
      {
        id: 'AwsSolutions-APIG4',
        reason: 'GET /health and GET /openapi.json are open by design, and a preflight can’t carry credentials',
      },
      {
        id: 'AwsSolutions-COG4',
        reason: 'services and agents sign by SigV4; people come by /v1, which Cognito guards',
      },
      {
        id: 'AwsSolutions-APIG6',
        reason:
          'execution logs go to a group without retention and hold whole requests; the access log has one line for each',
      },
      {
        id: 'Serverless-APIGWXrayEnabled',
        reason:
          'every request leaves two structured lines with its durations; traces would cost more than the requests',
      },
    );
  }
}

/** Built from the API alone: the stage's own URL would tie the tasks to the methods, which need the tasks. */
function endpoint(api: RestApi): string {
  const { region, urlSuffix } = Stack.of(api);
  return `https://${api.restApiId}.execute-api.${region}.${urlSuffix}/${stageName}`;
}
