import { AwsError } from '../aws/aws-error.ts';

const mostTags = 50;
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The tags of a session, `Tags.member.1.Key` and so on. Throws ValidationError for what a tag can't be. */
export function readTags(input: URLSearchParams): Record<string, string> {
  const tags = new Map<string, string>();
  for (let number = 1; input.has(`Tags.member.${number}.Key`); number++) {
    const key = input.get(`Tags.member.${number}.Key`) ?? '';
    const value = input.get(`Tags.member.${number}.Value`) ?? '';
    if (key === '' || key.length > 128 || value.length > 256 || !allowed.test(key + value)) {
      throw new AwsError('ValidationError', `the tag ${key}=${value} has characters or a length that no tag has`);
    }
    if (number > mostTags || tags.has(key)) {
      throw new AwsError('ValidationError', `more than ${mostTags} tags, or the tag ${key} twice`);
    }
    tags.set(key, value);
  }
  return Object.fromEntries(tags);
}
