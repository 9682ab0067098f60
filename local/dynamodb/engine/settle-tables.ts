import type { BatchOperation, Database, Table } from 'dynalite/db/index.js';

/** The range of all keys that start with `<name>~`. */
export const keysOf = (name: string) => ({ gte: `${name}~`, lt: `${name}\x7f` });

/** Ends what a kill interrupted: a table that was being made or changed is there, one that was being deleted is gone. */
export async function settleTables(db: Database): Promise<void> {
  for await (const [key, value] of db.iterator(keysOf('table'))) {
    const table = value as Table;
    if (table.TableStatus === 'DELETING') await db.batch(await removal(db, key, table));
    else if (table.TableStatus !== 'ACTIVE') await db.batch([{ type: 'put', key, value: activated(table) }]);
  }
}

const activated = (table: Table): Table => ({
  ...table,
  TableStatus: 'ACTIVE',
  ...(table.GlobalSecondaryIndexes && {
    GlobalSecondaryIndexes: table.GlobalSecondaryIndexes.map((index) => ({ ...index, IndexStatus: 'ACTIVE' })),
  }),
});

async function removal(db: Database, key: string, { TableName }: Table): Promise<BatchOperation[]> {
  const operations: BatchOperation[] = [{ type: 'del', key }];
  for (const owned of [
    `item-${TableName}`,
    `tag-${TableName}`,
    `index-global~${TableName}`,
    `index-local~${TableName}`,
  ]) {
    for await (const [each] of db.iterator(keysOf(owned))) operations.push({ type: 'del', key: each });
  }
  return operations;
}
