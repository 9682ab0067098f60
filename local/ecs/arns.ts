/** The names of one cluster's things, as AWS writes them. */
export class Arns {
  readonly clusterName: string;
  readonly #prefix: string;

  constructor(region: string, accountId: string, clusterName: string) {
    this.clusterName = clusterName;
    this.#prefix = `arn:aws:ecs:${region}:${accountId}`;
  }

  get cluster(): string {
    return `${this.#prefix}:cluster/${this.clusterName}`;
  }

  task(taskId: string): string {
    return `${this.#prefix}:task/${this.clusterName}/${taskId}`;
  }

  container(taskId: string, containerId: string): string {
    return `${this.#prefix}:container/${this.clusterName}/${taskId}/${containerId}`;
  }

  taskDefinition(family: string, revision: number): string {
    return `${this.#prefix}:task-definition/${family}:${revision}`;
  }
}

/** The last part of an ARN; a short name is its own last part. */
export const lastPart = (arnOrName: string): string => arnOrName.slice(arnOrName.lastIndexOf('/') + 1);
