import { AwsError } from '../../aws/aws-error.ts';
import { element, textElement } from '../../aws/xml.ts';
import { type PolicyDocument, parsePolicy } from '../../policy/policy-document.ts';
import type { StsAction, StsCall } from '../create-sts.ts';
import { readTags } from '../read-tags.ts';
import { type AssumableRole, roleNameOf } from '../roles.ts';

/** Who assumes a role with the credentials of another one gets an hour at most, whatever the role allows. */
const seconds = { min: 900, max: 3_600, default: 3_600 };
const longestPolicy = 2_048;

/** Credentials of a role, which may do what its policy and the session's own both allow. */
export const assumeRole: StsAction = (call) => {
  const { principals, input } = call;
  const role = findRole(call);
  const sessionName = input.get('RoleSessionName') ?? '';
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw invalid('roleSessionName', sessionName, '[\\w+=,.@-]{2,64}');
  const policies = [role.policy, ...sessionPolicy(input.get('Policy'))];
  const tags = readTags(input);
  const expiresAt = principals.clock.now() + lifetimeSeconds(input.get('DurationSeconds')) * 1000;
  const { principal, credentials } = principals.issueAssumed({
    roleName: role.name,
    sessionName,
    expiresAt,
    policies,
    tags,
  });
  return (
    element(
      'Credentials',
      textElement('AccessKeyId', credentials.accessKeyId),
      textElement('SecretAccessKey', credentials.secretAccessKey),
      textElement('SessionToken', credentials.sessionToken),
      textElement('Expiration', new Date(expiresAt).toISOString()),
    ) + element('AssumedRoleUser', textElement('AssumedRoleId', principal.callerId), textElement('Arn', principal.arn))
  );
};

/** A role that isn't there and one that doesn't trust the caller are refused alike. */
function findRole({ principal, input, roles }: StsCall): AssumableRole {
  const arn = input.get('RoleArn') ?? '';
  const caller = roleNameOf(principal.arn);
  const role = roles.find(({ name }) => arn === `arn:aws:iam::${principal.accountId}:role/${name}`);
  if (role && caller !== undefined && role.trusts.includes(caller)) return role;
  const message = `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`;
  throw new AwsError('AccessDenied', message, 403);
}

function sessionPolicy(json: string | null): PolicyDocument[] {
  if (json === null) return [];
  if (json.length > longestPolicy) throw invalid('policy', `${json.length} characters`, `at most ${longestPolicy}`);
  const policy = parsePolicy(json);
  if (typeof policy === 'string') throw new AwsError('MalformedPolicyDocument', policy);
  return [policy];
}

function lifetimeSeconds(given: string | null): number {
  if (given === null) return seconds.default;
  const wanted = /^\d{1,6}$/.test(given) ? Number(given) : 0;
  if (wanted < seconds.min) throw invalid('durationSeconds', given, `at least ${seconds.min}`);
  if (wanted <= seconds.max) return wanted;
  const message = 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';
  throw new AwsError('ValidationError', message);
}

const invalid = (field: string, value: string, rule: string) =>
  new AwsError('ValidationError', `1 validation error detected: Value '${value}' at '${field}' must satisfy: ${rule}`);
