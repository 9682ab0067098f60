import type { StoredTask } from '../ecs/tasks/task-record.ts';

interface Revision {
  readonly family: string;
  readonly revision: number;
}

const isoTime = (seconds: number | undefined) => seconds && new Date(Math.round(seconds * 1000)).toISOString();

/** Version 4 of the task metadata, of a container. */
export function containerMetadata(task: StoredTask, { family, revision }: Revision) {
  const [container] = task.containers;
  return {
    DockerId: container.runtimeId,
    Name: container.name,
    DockerName: container.name,
    Image: container.image,
    Labels: {
      'com.amazonaws.ecs.cluster': task.clusterArn,
      'com.amazonaws.ecs.container-name': container.name,
      'com.amazonaws.ecs.task-arn': task.taskArn,
      'com.amazonaws.ecs.task-definition-family': family,
      'com.amazonaws.ecs.task-definition-version': String(revision),
    },
    DesiredStatus: task.desiredStatus,
    KnownStatus: container.lastStatus,
    CreatedAt: isoTime(task.createdAt),
    StartedAt: isoTime(task.startedAt),
    Type: 'NORMAL',
    ContainerARN: container.containerArn,
  };
}

/** Version 4 of the task metadata, of the task. */
export function taskMetadata(task: StoredTask, { family, revision }: Revision) {
  return {
    Cluster: task.clusterArn,
    TaskARN: task.taskArn,
    Family: family,
    Revision: String(revision),
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    Limits: { CPU: Number(task.cpu) / 1024, Memory: Number(task.memory) },
    PullStartedAt: isoTime(task.pullStartedAt),
    PullStoppedAt: isoTime(task.pullStoppedAt),
    LaunchType: task.launchType,
    Containers: [containerMetadata(task, { family, revision })],
  };
}
