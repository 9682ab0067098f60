import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { FileWritten } from '../../../contract/agent/files.ts';
import { Timestamp } from '../../../contract/api/identifiers.ts';
import type { UploadRecords } from '../../core/files/transfers/transfer-ports.ts';
import type { Table } from './document-client.ts';
import { keys } from './keys.ts';
import { recordsFailed } from './records-failed.ts';

const Item = z.object({
  upload_id: z.string(),
  sandbox_id: z.string(),
  path: z.string().optional(),
  path_base64: z.string().optional(),
  mode: z.string().optional(),
  overwrite: z.boolean(),
  storage: z.object({ key: z.string(), storageId: z.string() }),
  expires_at: Timestamp,
  file: FileWritten.nullable(),
});

/** Uploads in DynamoDB, until they expire. Reads are consistent. */
export function uploadRecords(table: Table): UploadRecords {
  const at = (sandboxId: string, uploadId: string) => ({
    TableName: table.name,
    Key: keys.upload(sandboxId, uploadId),
  });
  return {
    save: async (record) => {
      const { sandbox_id, upload_id, expires_at } = record;
      const ttl = Math.ceil(Date.parse(expires_at) / 1000);
      const item = { ...keys.upload(sandbox_id, upload_id), ...record, ttl };
      await table.documents.send(new PutCommand({ TableName: table.name, Item: item })).catch(recordsFailed);
    },
    get: async (sandboxId, uploadId) => {
      const command = new GetCommand({ ...at(sandboxId, uploadId), ConsistentRead: true });
      const { Item: found } = await table.documents.send(command).catch(recordsFailed);
      return found && Item.parse(found);
    },
    remove: async (sandboxId, uploadId) => {
      await table.documents.send(new DeleteCommand(at(sandboxId, uploadId))).catch(recordsFailed);
    },
  };
}
