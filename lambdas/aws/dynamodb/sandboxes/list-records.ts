import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ListPage, ListQuery } from '../../../core/sandboxes/ports.ts';
import type { SandboxRecord } from '../../../core/sandboxes/record.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { fromItem } from './sandbox-item.ts';

// A filter that matches little makes a short page, and not a slow one.
const mostQueries = 10;
// DynamoDB counts what it reads and not what it finds: with a filter more is read at once.
const filteredPage = 100;

const indexOf = (of: ListQuery['of']) =>
  'userId' in of
    ? { name: 'by-user', partition: 'user_pk', sort: 'user_sk', value: `USER#${of.userId}` }
    : { name: 'by-status', partition: 'status_pk', sort: 'status_sk', value: `STATUS#${of.status}` };

function queryOf(table: Table, { of, status, labels, limit }: ListQuery): QueryCommandInput {
  const index = indexOf(of);
  const names: Record<string, string> = { '#partition': index.partition };
  const values: Record<string, unknown> = { ':partition': index.value };
  const filters: string[] = [];
  if (status !== undefined && 'userId' in of) {
    names['#status'] = 'status';
    values[':status'] = status;
    filters.push('#status = :status');
  }
  for (const [n, [label, value]] of Object.entries(labels).entries()) {
    names['#labels'] = 'labels';
    names[`#label${n}`] = label;
    values[`:label${n}`] = value;
    filters.push(`#labels.#label${n} = :label${n}`);
  }
  return {
    TableName: table.name,
    IndexName: index.name,
    KeyConditionExpression: '#partition = :partition',
    ScanIndexForward: false,
    Limit: filters.length > 0 ? filteredPage : limit,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ...(filters.length > 0 ? { FilterExpression: filters.join(' AND ') } : {}),
  };
}

const startKey = (of: ListQuery['of'], sandboxId: string) => {
  const index = indexOf(of);
  return { ...keys.record(sandboxId), [index.partition]: index.value, [index.sort]: sandboxId };
};

/** One page of records, newest first. */
export async function listRecords(table: Table, query: ListQuery, nowMs: number): Promise<ListPage> {
  const input = queryOf(table, query);
  const records: SandboxRecord[] = [];
  let after = query.after;
  for (let n = 0; n < mostQueries; n++) {
    const start = after === undefined ? {} : { ExclusiveStartKey: startKey(query.of, after) };
    const page = await table.documents.send(new QueryCommand({ ...input, ...start }));
    for (const item of page.Items ?? []) {
      const record = fromItem(item, nowMs);
      if (record !== undefined) records.push(record);
    }
    if (records.length > query.limit || (records.length === query.limit && page.LastEvaluatedKey !== undefined))
      return { records: records.slice(0, query.limit), next: records[query.limit - 1]?.sandbox_id };
    if (page.LastEvaluatedKey === undefined) return { records, next: undefined };
    after = String(page.LastEvaluatedKey['pk']).slice('SBX#'.length);
  }
  return { records, next: after };
}
