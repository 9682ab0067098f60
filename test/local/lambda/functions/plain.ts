// A function in the form that returns its answer.

let failures = 0;

export const handler = async (event: { fail?: number; log?: string }) => {
  if (event.log) console.log(event.log);
  if (failures < (event.fail ?? 0)) {
    failures += 1;
    throw new Error(`failure ${failures}`);
  }
  return { failures, event };
};
