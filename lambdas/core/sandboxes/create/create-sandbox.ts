import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { assertAccepting } from '../../admin/assert-accepting.ts';
import type { DeploymentRecords } from '../../admin/ports.ts';
import { type UserCaller, userOf } from '../../caller.ts';
import { assertSameRequest, type Claim, claimFor } from '../../claim.ts';
import type { Deployment } from '../../deployment.ts';
import { newId } from '../../ids.ts';
import type { Answer, Call } from '../../operation.ts';
import type { Pool, PoolMembers } from '../../pool/ports.ts';
import { poolFor, takeMember } from '../../pool/take-member.ts';
import { minuteOf } from '../../quotas/minute.ts';
import type { UserQuotas } from '../../quotas/ports.ts';
import { deploymentQuota, quotaOfUser } from '../../quotas/quota-of-user.ts';
import { rateLimited } from '../../quotas/rate-limited.ts';
import { findOrigin } from '../../storage/find-origin.ts';
import type { Homes } from '../../storage/ports.ts';
import { isoAfter, isoTime } from '../../time.ts';
import { assertTtl } from '../life/ttl.ts';
import type { SandboxRecords } from '../ports.ts';
import { publicSandbox } from '../public-sandbox.ts';
import type { CreatingRecord, SandboxRecord } from '../record.ts';
import type { Tasks } from '../task-ports.ts';
import { waitUntilReady } from '../wait-until-ready.ts';
import { launchSandbox } from './launch-sandbox.ts';
import { machineSize } from './machine-size.ts';
import { templateNamed } from './template-named.ts';

export interface CreatePorts {
  readonly records: Pick<SandboxRecords, 'create' | 'get' | 'replace'>;
  readonly tasks: Pick<Tasks, 'launch' | 'stop'>;
  readonly clock: Clock;
  readonly deployment: Deployment;
  readonly quotas: Pick<UserQuotas, 'of'>;
  readonly operators: Pick<DeploymentRecords, 'settings' | 'spend'>;
  readonly homes: Pick<Homes, 'head'>;
  readonly pools: readonly Pool[];
  readonly pool: Pick<PoolMembers, 'of' | 'handOver'>;
}

const quotaRetrySeconds = 30;
const capacityRetrySeconds = 15;

function requireUser(caller: UserCaller, named: string | undefined): string {
  const userId = userOf(caller, named);
  if (userId !== undefined) return userId;
  const rule = 'expected the user the sandbox is for';
  throw new SandboxError('invalid_request', `user_id is missing, ${rule}`, { details: { field: 'user_id', rule } });
}

async function newRecord(ports: CreatePorts, call: Call<'createSandbox'>): Promise<CreatingRecord> {
  const { body, caller } = call;
  const nowMs = ports.clock.now();
  const userId = requireUser(caller, body.user_id);
  const template = templateNamed(ports.deployment.templates, body.template);
  assertTtl(body.ttl_seconds, ports.deployment.quotas.max_ttl_seconds);
  const { from } = body;
  const origin = from === undefined ? null : await findOrigin(ports, from, { caller, userId });
  return {
    status: 'creating',
    sandbox_id: newId('sbx', nowMs),
    user_id: userId,
    created_by: caller.principal,
    version: 1,
    attempt: 1,
    generation: 0,
    created_at: isoTime(nowMs),
    expires_at: isoAfter(nowMs, body.ttl_seconds),
    template: body.template,
    image_digest: template.image_digest,
    size: machineSize(body),
    ttl_seconds: body.ttl_seconds,
    idle_timeout_seconds: body.idle_timeout_seconds,
    labels: body.labels,
    git: body.git,
    on_ready: body.on_ready ?? null,
    last_active_at: null,
    channel_wanted_until: null,
    started_from: 'cold',
    storage: body.storage,
    home_from: origin,
    home: null,
  };
}

/** The sandbox that was made when the key was used first. */
async function firstOf(
  { records }: CreatePorts,
  claim: Claim,
  first: { id: string; hash: string },
): Promise<SandboxRecord> {
  assertSameRequest(claim, first.hash);
  const record = await records.get(first.id);
  if (record !== undefined) return record;
  throw new SandboxError('conflict', `Idempotency-Key "${claim.key}" belongs to a sandbox that is no longer kept`);
}

async function createOrFind(
  ports: CreatePorts,
  call: Call<'createSandbox'>,
  claim: Claim | undefined,
): Promise<{ readonly record: SandboxRecord; readonly isNew: boolean }> {
  const record = await newRecord(ports, call);
  const nowMs = ports.clock.now();
  const [override] = await Promise.all([ports.quotas.of(record.user_id), assertAccepting(ports.operators, nowMs)]);
  const quota = quotaOfUser(deploymentQuota(ports.deployment), override);
  const creation = {
    record,
    env: call.body.env,
    claim,
    quota: quota.live_sandboxes,
    rate: { minuteMs: minuteOf(nowMs), limit: quota.creates_per_minute },
  };
  const created = await ports.records.create(creation);
  if (created.kind === 'created') return { record, isNew: true };
  if (created.kind === 'claimed' && claim !== undefined)
    return { record: await firstOf(ports, claim, created), isNew: false };
  if (created.kind === 'over_rate') throw rateLimited(record.user_id, 'creates', quota.creates_per_minute, nowMs);
  throw overQuota(record.user_id, quota.live_sandboxes);
}

const overQuota = (userId: string, most: number): SandboxError =>
  new SandboxError('quota_exceeded', `${userId} has ${most} sandboxes, at most ${most} at once`, {
    details: { rule: `expected at most ${most} sandboxes that have not ended` },
    retryAfterSeconds: quotaRetrySeconds,
  });

function assertCapacity(record: SandboxRecord): void {
  if (record.status !== 'failed' || record.stop_reason !== 'capacity') return;
  throw new SandboxError('capacity_unavailable', `no machine for ${record.sandbox_id} at present`, {
    details: { sandbox_id: record.sandbox_id, reason: record.stop_detail },
    retryAfterSeconds: capacityRetrySeconds,
  });
}

/** One that waits, or a new one. Whoever asks again looks for the machine that the first call may have launched. */
async function giveMachine(
  ports: CreatePorts,
  record: CreatingRecord,
  { call, claim, isNew }: { call: Call<'createSandbox'>; claim: Claim | undefined; isNew: boolean },
): Promise<SandboxRecord> {
  const pool = isNew ? poolFor(ports.pools, record) : undefined;
  if (pool === undefined) return await launchSandbox(ports, record, claim);
  const taken = await takeMember(ports, record, pool);
  call.note({ startedFrom: taken === undefined ? 'cold' : 'pool' });
  return taken ?? (await launchSandbox(ports, record, claim));
}

/**
 * Creates a sandbox: the record first, then its machine. The same caller, key and request give the same sandbox, also beside
 * each other and after a crash at any point.
 */
export async function createSandbox(ports: CreatePorts, call: Call<'createSandbox'>): Promise<Answer<'createSandbox'>> {
  const claim = claimFor(call.caller, 'sandboxes', call.headers['idempotency-key'], call.body, ports.clock.now());
  const { record: found, isNew } = await createOrFind(ports, call, claim);
  call.note({ sandboxId: found.sandbox_id, userId: found.user_id });
  const record = found.status === 'creating' ? await giveMachine(ports, found, { call, claim, isNew }) : found;
  assertCapacity(record);
  if (!call.query.wait) return { status: 201, body: publicSandbox(record, ports.clock.now()) };
  const later = async () => publicSandbox(await waitUntilReady(ports, record, call.signal), ports.clock.now());
  return { status: 201, later };
}
