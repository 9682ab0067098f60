import { Duration, Lazy } from 'aws-cdk-lib';
import { ArnPrincipal, type IRole, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/**
 * The role whose sessions agents get. Its rights are in permissions/. `trusted` is the role of the function that hands them
 * out; it is asked for last, since that function has this role's name in its settings.
 */
export class StorageRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, trusted: () => IRole) {
    super(scope, id);
    const delegate = new ArnPrincipal(Lazy.string({ produce: () => trusted().roleArn }));
    this.role = new Role(this, 'Role', {
      assumedBy: delegate.withSessionTags(),
      description: 'Homes and transfers, for sessions that are cut down to one user',
      // Of a role assumed with another role's credentials AWS makes no session longer than that.
      maxSessionDuration: Duration.hours(1),
    });
  }
}
