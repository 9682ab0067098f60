import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** The two roles of a task. What they may do is in permissions/. */
export class TaskRoles extends Construct {
  /** The agent's, and with it whoever becomes root in a sandbox: next to powerless. */
  readonly task: Role;
  /** ECS's own, to pull the image and write the log; never seen inside. */
  readonly execution: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.task = new Role(this, 'Task', { assumedBy: ecsTasks(this), description: 'The agent in a sandbox' });
    this.execution = new Role(this, 'Execution', { assumedBy: ecsTasks(this), description: 'ECS, starting a sandbox' });
  }
}

/** ECS for tasks of this account and region; it names no cluster when it assumes a role. */
function ecsTasks(scope: Construct): ServicePrincipal {
  const stack = Stack.of(scope);
  const anyOfEcs = stack.formatArn({ service: 'ecs', resource: '*' });
  return new ServicePrincipal('ecs-tasks.amazonaws.com', {
    conditions: {
      StringEquals: { 'aws:SourceAccount': stack.account },
      ArnLike: { 'aws:SourceArn': anyOfEcs },
    },
  });
}
