import { textElement } from '../../aws/xml.ts';
import type { StsAction } from '../create-sts.ts';

/** Who the caller is. Nobody needs a right for it. */
export const getCallerIdentity: StsAction = ({ principal }) =>
  textElement('Arn', principal.arn) +
  textElement('UserId', principal.callerId) +
  textElement('Account', principal.accountId);
