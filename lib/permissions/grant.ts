import { Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** A right, as a statement of a policy. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** Why a `*` is in the resources; synthesis fails where one is and this isn't. */
  readonly wildcard?: string;
}

/** Gives a role its rights, in one policy. */
export function attachGrants(scope: Construct, id: string, role: Role, grants: readonly Grant[]): Policy {
  const statements = grants.map(
    ({ actions, resources, conditions = {} }) =>
      new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
  );
  const policy = new Policy(scope, id, { roles: [role], statements });
  for (const { resources, wildcard } of grants) {
    if (wildcard === undefined) continue;
    for (const resource of resources.filter((name) => name.includes('*'))) {
      const finding = asFound(Stack.of(scope).resolve(resource));
      Validations.of(policy).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason: wildcard });
    }
  }
  return policy;
}

/** An ARN as cdk-nag writes it in a finding: what is known only at deployment stands in `<>`. */
function asFound(resolved: unknown): string {
  if (typeof resolved === 'string') return resolved;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = resolved as Record<string, unknown>;
  if (typeof ref === 'string') return `<${ref}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  const [delimiter, parts] = join as [string, unknown[]];
  return parts.map(asFound).join(delimiter);
}
