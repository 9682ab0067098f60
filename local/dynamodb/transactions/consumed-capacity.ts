/** What a transaction used, by table; AWS counts every item of one twice. */
export class ConsumedCapacity {
  readonly #units = new Map<string, number>();

  /** Adds what the operation on its own answered, one unit when it answered nothing. */
  add(tableName: string, output: unknown): void {
    const { ConsumedCapacity } = (output ?? {}) as { ConsumedCapacity?: { CapacityUnits?: number } };
    this.#units.set(tableName, (this.#units.get(tableName) ?? 0) + 2 * (ConsumedCapacity?.CapacityUnits ?? 1));
  }

  /** The field as the request asked for it. */
  answer(wanted: string | undefined): { ConsumedCapacity?: { TableName: string; CapacityUnits: number }[] } {
    if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return {};
    return {
      ConsumedCapacity: Array.from(this.#units, ([TableName, CapacityUnits]) => ({ TableName, CapacityUnits })),
    };
  }
}
