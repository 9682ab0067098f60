import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { requestLimits } from '../request-limits.ts';

/** The table, as the adapters reach it. */
export interface Table {
  readonly documents: DynamoDBDocumentClient;
  readonly name: string;
}

/** A client with limits on time and tries. Made once per environment. */
export function documentClient(options: ConstructorParameters<typeof DynamoDBClient>[0] = {}): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: 4,
    requestHandler: requestLimits(2_000, 5_000),
    ...options,
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
