import * as z from 'zod';

/** A choice in a query. */
export const queryFlag = z.enum(['true', 'false']).transform((text) => text === 'true');
