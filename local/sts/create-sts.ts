import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../../contract/clock.ts';
import { AwsError } from '../aws/aws-error.ts';
import type { Principal, Principals } from '../aws/keys.ts';
import { type Listening, listen } from '../aws/listen.ts';
import { readBody } from '../aws/read-body.ts';
import { type SignatureFailure, verifySignature } from '../aws/verify-signature.ts';
import { element, textElement, xmlDocument } from '../aws/xml.ts';
import { callFaults } from '../hazards/call-faults.ts';
import { type Hazards, readHazards } from '../hazards/hazards.ts';
import { assumeRole } from './actions/assume-role.ts';
import { getCallerIdentity } from './actions/get-caller-identity.ts';
import type { AssumableRole } from './roles.ts';

export interface StsOptions {
  readonly principals: Principals;
  readonly region: string;
  /** Of hazards. Credentials expire by the clock of `principals`. */
  readonly clock: Clock;
  readonly roles: readonly AssumableRole[];
  /** @default as AWS is */
  readonly hazards?: Hazards;
}

export interface StsCall {
  readonly principal: Principal;
  readonly principals: Principals;
  readonly roles: readonly AssumableRole[];
  readonly input: URLSearchParams;
}

/** One operation: what is in its result, as XML. Throws AwsError for every answer that isn't a success. */
export type StsAction = (call: StsCall) => string;

const actions: Readonly<Record<string, StsAction>> = { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity };

const version = '2011-06-15';
const namespace = `https://sts.amazonaws.com/doc/${version}/`;
const largestBytes = 64 * 1024;

/** STS on loopback, in AWS's query protocol. */
export function createSts(options: StsOptions): Promise<Listening> {
  const { clock, hazards = readHazards() } = options;
  const { before, after } = callFaults({
    service: 'sts',
    faults: hazards.calls,
    seed: hazards.seed,
    clock,
    refusals: {
      throttle: () => new AwsError('Throttling', 'Rate exceeded'),
      fail: () => new AwsError('InternalFailure', 'The service failed on purpose.', 500),
    },
  });

  const answer = async (request: IncomingMessage): Promise<{ operation: string; result: string }> => {
    const { principal, input } = await readCall(request, options);
    const operation = input.get('Action') ?? '';
    const action = Object.hasOwn(actions, operation) ? actions[operation] : undefined;
    if (!action || input.get('Version') !== version) {
      throw new AwsError('InvalidAction', `Could not find operation ${operation} for version ${input.get('Version')}`);
    }
    await before(operation, input);
    const result = action({ principal, input, principals: options.principals, roles: options.roles });
    await after(operation);
    return { operation, result };
  };

  const listener: RequestListener = async (request, response) => {
    const requestId = textElement('RequestId', randomUUID());
    try {
      const { operation, result } = await answer(request);
      const metadata = element('ResponseMetadata', requestId);
      send(
        response,
        200,
        xmlDocument(`${operation}Response`, namespace, element(`${operation}Result`, result), metadata),
      );
    } catch (error) {
      // A caller that hung up gets no answer and needs none.
      if (!(error instanceof AwsError)) return void response.destroy();
      if (!request.complete) response.setHeader('connection', 'close');
      const told = [textElement('Code', error.name), textElement('Message', error.message)];
      const sender = textElement('Type', error.status < 500 ? 'Sender' : 'Receiver');
      send(
        response,
        error.status,
        xmlDocument('ErrorResponse', namespace, element('Error', sender, ...told), requestId),
      );
    }
  };
  return listen(listener);
}

async function readCall(request: IncomingMessage, { principals, region }: StsOptions) {
  const body = await readBody(request, largestBytes);
  if (!body) throw new AwsError('RequestEntityTooLarge', `request is longer than ${largestBytes} bytes`, 413);
  const verified = await verifySignature(request, body, { principals, region, service: 'sts' });
  if (!verified.ok) throw refusals[verified.name](verified.message);
  return { principal: verified.principal, input: new URLSearchParams(body.toString('utf8')) };
}

const refusal = (name: string, status: number) => (message: string) => new AwsError(name, message, status);

/** How the query protocol calls what the JSON services call otherwise. */
const refusals: Readonly<Record<SignatureFailure, (message: string) => AwsError>> = {
  MissingAuthenticationTokenException: refusal('MissingAuthenticationToken', 403),
  IncompleteSignatureException: refusal('IncompleteSignature', 400),
  InvalidSignatureException: refusal('SignatureDoesNotMatch', 403),
  UnrecognizedClientException: refusal('InvalidClientTokenId', 403),
  ExpiredTokenException: refusal('ExpiredToken', 403),
};

function send(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(xml) }).end(xml);
}
