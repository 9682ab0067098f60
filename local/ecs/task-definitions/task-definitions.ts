import type { TaskDefinition } from '@aws-sdk/client-ecs';
import { AwsError } from '../../aws/aws-error.ts';
import type { Wire } from '../../aws/wire.ts';
import { lastPart } from '../arns.ts';
import { JsonFolder } from '../json-folder.ts';

/** A revision as it was registered; nothing changes it afterwards. */
export type StoredDefinition = Wire<TaskDefinition> & {
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly revision: number;
};

/** The registered task definitions, on disk and, since they are few, in memory. */
export class TaskDefinitions {
  readonly #folder: JsonFolder<StoredDefinition>;
  readonly #revisions = new Map<string, StoredDefinition[]>();

  constructor(path: string) {
    this.#folder = new JsonFolder(path);
    for (const definition of this.#folder.readAll()) this.#keep(definition);
    for (const revisions of this.#revisions.values()) revisions.sort((a, b) => a.revision - b.revision);
  }

  nextRevision(family: string): number {
    return (this.#revisions.get(family)?.at(-1)?.revision ?? 0) + 1;
  }

  add(definition: StoredDefinition): void {
    this.#folder.write(`${definition.family}.${definition.revision}`, definition);
    this.#keep(definition);
  }

  /** By ARN, `family:revision` or `family` (its newest). Throws ClientException for one that isn't there. */
  find(name: string): StoredDefinition {
    const [family = '', revision] = lastPart(name).split(':');
    const revisions = this.#revisions.get(family) ?? [];
    const found =
      revision === undefined ? revisions.at(-1) : revisions.find((one) => String(one.revision) === revision);
    if (!found) throw new AwsError('ClientException', 'Unable to describe task definition.');
    return found;
  }

  #keep(definition: StoredDefinition): void {
    this.#revisions.set(definition.family, [...(this.#revisions.get(definition.family) ?? []), definition]);
  }
}
