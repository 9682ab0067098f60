// How AWS decides whether a request may call a method of a REST API, as far as this project's policies go. Source: AWS,
// "How API Gateway resource policies affect authorization workflow".
import { BlockList, isIPv6 } from 'node:net';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface PolicyDocument {
  readonly Statement: readonly Statement[];
}

export interface Request {
  /** `<method>/<path>` below the stage. */
  readonly path: string;
  readonly authorization: 'NONE' | 'COGNITO_USER_POOLS' | 'AWS_IAM';
  readonly sourceIp: string;
  /** Who signs, for AWS_IAM: the role's ARN, its account, and whether its own policy allows the call. */
  readonly principal?: { readonly arn: string; readonly sameAccount: boolean; readonly allowedByOwnPolicy: boolean };
  /** For Cognito: whether the token is valid and has the scope. */
  readonly tokenIsValid?: boolean;
}

/** Whether a pattern of a policy names what the text names. A `*` stands for anything, slashes too. */
export const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);

const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

function isIn(ranges: readonly string[], address: string): boolean {
  const family = (text: string) => (isIPv6(text) ? 'ipv6' : 'ipv4');
  const blocks = new BlockList();
  for (const range of ranges) {
    const [net = '', bits = ''] = range.split('/');
    blocks.addSubnet(net, Number(bits), family(net));
  }
  return blocks.check(address, family(address));
}

function holds(operator: string, key: string, expected: unknown, request: Request): boolean {
  const values = list(expected as string | string[]);
  if (operator === 'NotIpAddress' && key === 'aws:SourceIp') return !isIn(values, request.sourceIp);
  // A key that isn't there makes a negated test true.
  if (operator === 'ArnNotEquals' && key === 'aws:PrincipalArn') return !values.includes(request.principal?.arn ?? '');
  throw new Error(`the policy uses ${operator} ${key}, which this evaluation doesn't know`);
}

const applies = ({ Resource, Condition = {} }: Statement, request: Request): boolean =>
  list(Resource).some((pattern) => matches(pattern, `execute-api:/api/${request.path}`)) &&
  Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => holds(operator, key, expected, request)),
  );

/** Whether the request reaches the method. */
export function isAdmitted(policy: PolicyDocument, request: Request): boolean {
  const says = (effect: 'Allow' | 'Deny') =>
    policy.Statement.some((statement) => statement.Effect === effect && applies(statement, request));
  if (says('Deny')) return false;
  if (request.authorization === 'NONE') return says('Allow');
  if (request.authorization === 'COGNITO_USER_POOLS') return says('Allow') && request.tokenIsValid === true;
  const { principal } = request;
  if (principal === undefined) return false;
  // In one account either side is enough; between accounts both are needed.
  return principal.sameAccount
    ? says('Allow') || principal.allowedByOwnPolicy
    : says('Allow') && principal.allowedByOwnPolicy;
}
