import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Cursors } from '../../core/reaper/ports.ts';
import { translateError } from '../translate-error.ts';
import type { Table } from './document-client.ts';
import { keys } from './keys.ts';

/** How far slow walks have come, remembered in the table from run to run. */
export function cursors({ documents, name: TableName }: Table): Cursors {
  const translate = (error: unknown) => {
    throw translateError('records', error);
  };
  return {
    read: async (name) => {
      const answer = await documents.send(new GetCommand({ TableName, Key: keys.cursor(name) })).catch(translate);
      return answer?.Item?.['at'];
    },
    write: async (name, at) => {
      if (at === undefined)
        await documents.send(new DeleteCommand({ TableName, Key: keys.cursor(name) })).catch(translate);
      else await documents.send(new PutCommand({ TableName, Item: { ...keys.cursor(name), at } })).catch(translate);
    },
  };
}
