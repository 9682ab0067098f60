import { AwsError } from '../../aws/aws-error.ts';

const most = 1000;

/** How many entries a page has: what is asked for, but no more than S3 answers at once. */
export function readPageSize(name: string, given: string | undefined): number {
  if (given === undefined) return most;
  if (!/^\d{1,10}$/.test(given)) {
    throw new AwsError('InvalidArgument', `Provided ${name} not an integer or within integer range`, 400, {
      ArgumentName: name,
      ArgumentValue: given,
    });
  }
  return Math.min(Number(given), most);
}
