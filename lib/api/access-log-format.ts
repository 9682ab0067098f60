import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';

/**
 * One line for every request, also for those that no function sees because an authorizer or the policy refused them. It has no
 * query, header or body, and so no secret. The text of a refusal is left out: API Gateway's quotes the Authorization header.
 */
export const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    time: '$context.requestTimeEpoch',
    event: 'gateway.request',
    requestId: '$context.requestId',
    sourceIp: '$context.identity.sourceIp',
    userArn: '$context.identity.userArn',
    accountId: '$context.identity.accountId',
    sub: '$context.authorizer.claims.sub',
    method: '$context.httpMethod',
    resource: '$context.resourcePath',
    path: '$context.path',
    status: '$context.status',
    refusedBy: '$context.error.responseType',
    integrationStatus: '$context.integration.integrationStatus',
    integrationMs: '$context.integration.latency',
    durationMs: '$context.responseLatency',
    bytesOut: '$context.responseLength',
  }),
);
