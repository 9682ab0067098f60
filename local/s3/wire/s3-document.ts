import { xmlDocument } from '../../aws/xml.ts';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document as S3 answers it. */
export const s3Document = (name: string, ...children: readonly string[]): string =>
  xmlDocument(name, namespace, ...children);
