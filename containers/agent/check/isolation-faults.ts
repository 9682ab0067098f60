/** What a command sees of itself. */
export interface Observation {
  /** `/proc/self/status` by field. */
  readonly status: ReadonlyMap<string, string>;
  /** Names in its environment. */
  readonly variables: readonly string[];
  /** Whether the channel's socket is there for it. */
  readonly seesSocket: boolean;
}

export interface Expectation {
  readonly uid: number;
  readonly gid: number;
  readonly mark: number;
}

const secretName = /^(AWS|ECS|MATRX)_/;

/** What of an observation is not as it has to be, in words. */
export function isolationFaults(seen: Observation, { uid, gid, mark }: Expectation): string[] {
  const expected: Record<string, string> = {
    Uid: `${uid} ${uid} ${uid} ${uid}`,
    Gid: `${gid} ${gid} ${gid} ${gid}`,
    Groups: String(mark),
    NoNewPrivs: '1',
  };
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expected[set] = '0000000000000000';
  const faults = Object.entries(expected)
    .filter(([field, value]) => seen.status.get(field) !== value)
    .map(([field, value]) => `${field} is "${seen.status.get(field) ?? ''}", expected "${value}"`);
  const secret = seen.variables.find((name) => secretName.test(name));
  if (secret !== undefined) faults.push(`the environment has ${secret}`);
  if (seen.seesSocket) faults.push("the channel's socket can be seen");
  return faults;
}
