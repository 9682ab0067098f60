// The review's findings: what was wrong in the service that this one replaces, and what must be true here.

interface Finding {
  readonly wrong: string;
  readonly now: string;
}

export const findings: Readonly<Record<string, Finding>> = {
  C1: {
    wrong: 'a command could run in a container that had stopped or changed between look-up and exec',
    now: 'exec is refused while the sandbox starts (409) and after it ended (410), with the state; both ends of a channel prove sandbox and generation before the first command; a task that dies mid-command gives the outcome `lost`, never an exit code',
  },
  C2: {
    wrong: 'commands unvalidated, no timeout',
    now: 'length, NUL bytes and types checked by schema; the command never passes through a shell on its way in; the agent kills the whole process group at the deadline (TERM, grace, KILL) and the answer has what was printed so far; output is bounded and says when it was cut',
  },
  C3: {
    wrong: 'SSH and API open to the world',
    now: "no inbound rule on any task; the API refuses addresses outside the configured CIDRs by an explicit deny on every door but the agent's, which admits the task role only; `0.0.0.0/0` has to be asked for by name or synth fails",
  },
  C4: {
    wrong: 'ECR policy on `*`',
    now: "pull actions on exactly one repository ARN; only `ecr:GetAuthorizationToken`, which AWS can't scope, has `*`",
  },
  C5: {
    wrong: 'downloads unverified',
    now: "base image pinned by digest, every download checked by SHA-256 or package signature; a test reads the Dockerfile and fails on any that isn't",
  },
  C6: {
    wrong: 'shell expansion could chown root',
    now: 'no user value reaches a shell; ids and paths are parsed and refused at the door, in the agent too',
  },
  C7: {
    wrong: 'Docker client leaked',
    now: 'SDK clients made once per process, channels and streams closed on every path; 1,000 execs leave the count of open descriptors where it was, in the API process and in the agent',
  },
  C8: {
    wrong: 'storage errors surfaced late and raw',
    now: 'configuration is parsed at start and all faults are reported together; bucket problems give one typed error that names the bucket; `/health` says which part is down',
  },
  C9: {
    wrong: 'host bootstrap went on after a failure',
    now: 'there is no host; every shell script that remains has `set -euo pipefail` and passes shellcheck; a failed start leaves nothing half-made',
  },
  H1: {
    wrong: 'HTTP calls without timeout or retry',
    now: 'the client has connect, request and total timeouts, retries only what is safe, with backoff and jitter, and sends an idempotency key with each create',
  },
  H2: {
    wrong: 'untyped request and reply bodies',
    now: 'every body in and out is a zod schema; unknown fields are refused; OpenAPI is derived from the same schemas',
  },
  H3: {
    wrong: 'critical functions undocumented',
    now: 'every exported function says what it promises, its units, its errors',
  },
  H4: {
    wrong: 'security events not logged',
    now: 'create, exec, file access, access grant, denial and stop each leave one audit record: who, what, which sandbox, from where, outcome; never the secret values',
  },
  H5: { wrong: 'no status check before exec', now: 'as C1' },
  H6: {
    wrong: 'destroyed sandboxes kept for ever in memory',
    now: 'no state in process memory; finished records leave by TTL; a month of churn leaves table size and process memory flat',
  },
  H7: {
    wrong: 'versions hard-coded or `latest`',
    now: 'lockfile, exact versions, image digests; nothing says `latest`',
  },
  H8: {
    wrong: 'Docker socket mounted into the container',
    now: 'no socket, no privileged mode; capabilities: commands have none, the container only those the agent needs to switch user and clean up; the local engine never hands its socket to a sandbox',
  },
  H9: {
    wrong: 'Terraform state local',
    now: 'CloudFormation holds the state; termination protection, retained and deletion-protected stateful parts; a template snapshot shows replacements in review',
  },
  H10: {
    wrong: 'log permissions without log configuration',
    now: "awslogs is on the task definition, non-blocking, with retention; a sandbox's log can be read through the API",
  },
  M1: { wrong: 'errors re-raised without cause', now: '`cause` is kept through every layer and logged once' },
  M2: {
    wrong: 'paths not checked',
    now: "file routes resolve real paths (symlinks too) and refuse what leaves the sandbox user's reach",
  },
  M3: {
    wrong: 'bucket name defaulted to empty',
    now: "required, checked against S3's naming rules, at synth and at start",
  },
  M4: { wrong: 'storage stats untyped', now: 'typed, in bytes and object counts, per tier' },
  M5: {
    wrong: 'container id used when absent',
    now: 'the record is a discriminated union: a state that has no task has no task ARN field',
  },
  M6: { wrong: 'import inside a function', now: 'lint rule' },
  M7: { wrong: 'client read its environment on every call', now: 'read once, at construction' },
  M8: { wrong: 'user id unchecked', now: 'one pattern at the door, before it meets a key, a path or an ARN' },
  M9: {
    wrong: 'ready marker set before validation',
    now: 'ready only after storage is restored, the agent has run a command as the sandbox user, and cold storage answers',
  },
  M10: {
    wrong: 'partial sync left half-data',
    now: 'restore goes to a staging folder and is renamed; a save commits by one conditional write, last; a killed sync changes nothing that a reader sees',
  },
  M11: {
    wrong: 'cold mount not verified',
    now: 'cold storage is verified by listing and reading a probe, with a time limit, before ready; nothing is mounted',
  },
  L1: { wrong: 'eager log formatting', now: 'structured fields, nothing formatted when the level is off' },
  L2: { wrong: 'empty package files', now: "each folder's purpose is in ARCHITECTURE, no empty modules" },
  L3: { wrong: 'magic strings', now: 'limits, names and error codes each have one home' },
  L4: { wrong: 'unused imports', now: 'lint and knip in CI' },
  L5: {
    wrong: 'tests shared state',
    now: 'each test makes its own stack or record; the suite passes in any order and in parallel',
  },
  L6: { wrong: 'error paths untested', now: 'each row of the error table has a test that provokes it' },
  L7: { wrong: 'storage stats and cleanup untested', now: 'tested against a real S3 protocol server' },
  L8: {
    wrong: 'variables unvalidated',
    now: 'deploy settings are a schema; a bad value fails synth with the value, the rule and the key',
  },
  L9: { wrong: 'mount operations could hang', now: 'every storage operation has a time limit and a typed error' },
  L10: {
    wrong: 'health check without detail',
    now: 'the health check prints and returns each part: name, state, detail, since when',
  },
};
