import type { TransactGetItemsCommandInput, TransactGetItemsCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Wire } from '../../aws/wire.ts';
import type { Engine } from '../engine/engine.ts';
import { validationError } from '../engine/refusals.ts';
import { ConsumedCapacity } from './consumed-capacity.ts';
import { checkTransactionLength } from './plan-transaction.ts';

/** Reads up to 100 items as they are at one moment: nobody writes any of them meanwhile. */
export async function transactGetItems(
  engine: Engine,
  input: Wire<TransactGetItemsCommandInput>,
): Promise<Wire<TransactGetItemsCommandOutput>> {
  checkTransactionLength(input.TransactItems);
  const gets = (input.TransactItems ?? []).map(({ Get }) => {
    if (!Get) throw validationError("The parameter 'Get' is required but was not present in the request");
    return engine.check('GetItem', { ...Get, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' });
  });
  const places = await Promise.all(gets.map((get) => engine.place(String(get['TableName']), get)));
  return engine.locks.hold(
    places.flatMap((place) => (place ? [place.lock] : [])),
    async () => {
      const consumed = new ConsumedCapacity();
      const responses: Pick<Wire<TransactGetItemsCommandOutput>, 'Responses'>['Responses'] = [];
      for (const get of gets) {
        const { Item, ...output } = (await engine.run('GetItem', get)) as NonNullable<(typeof responses)[number]>;
        responses.push(Item ? { Item } : {});
        consumed.add(String(get['TableName']), output);
      }
      return { Responses: responses, ...consumed.answer(input.ReturnConsumedCapacity) };
    },
  );
}
