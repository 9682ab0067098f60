import { ECSClient, type ECSClientConfig, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { defaultSize, sizes } from '../../contract/api/sandboxes/sizes.ts';
import { container } from '../../contract/deployment.ts';

/** Registers the task definition of the one template there is here; answers its ARN. */
export async function registerTemplate(name: string, taskRoleArn: string, config: ECSClientConfig): Promise<string> {
  const client = new ECSClient(config);
  try {
    const { cpu, memory_mb } = sizes[defaultSize];
    const { taskDefinition } = await client.send(
      new RegisterTaskDefinitionCommand({
        family: `matrx-${name}`,
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: String(cpu * 1024),
        memory: String(memory_mb),
        taskRoleArn,
        containerDefinitions: [
          {
            name: container.name,
            image: `matrx-${name}:local`,
            command: [...container.command],
            environment: Object.entries(container.environment).map(([name, value]) => ({ name, value })),
            stopTimeout: container.stopTimeoutSeconds,
          },
        ],
      }),
    );
    if (!taskDefinition?.taskDefinitionArn) throw new Error('RegisterTaskDefinition answered without an ARN');
    return taskDefinition.taskDefinitionArn;
  } finally {
    client.destroy();
  }
}
