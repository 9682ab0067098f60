import { openapiDocument } from '../../../contract/api/openapi.ts';
import type { Answer } from '../operation.ts';

/** The contract as OpenAPI 3.1. */
export async function getOpenapi(): Promise<Answer<'getOpenapi'>> {
  return { status: 200, body: openapiDocument() };
}
