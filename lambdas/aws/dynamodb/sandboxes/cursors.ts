import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Cursors } from '../../../core/reaper/ports.ts';
import type { Table } from '../document-client.ts';
import { keys } from '../keys.ts';
import { recordsFailed } from '../records-failed.ts';

/** How far slow walks have come, remembered in the table from run to run. */
export function cursors({ documents, name: TableName }: Table): Cursors {
  return {
    read: async (name) => {
      const answer = await documents.send(new GetCommand({ TableName, Key: keys.cursor(name) })).catch(recordsFailed);
      return answer.Item?.['at'];
    },
    write: async (name, at) => {
      if (at === undefined)
        await documents.send(new DeleteCommand({ TableName, Key: keys.cursor(name) })).catch(recordsFailed);
      else await documents.send(new PutCommand({ TableName, Item: { ...keys.cursor(name), at } })).catch(recordsFailed);
    },
  };
}
