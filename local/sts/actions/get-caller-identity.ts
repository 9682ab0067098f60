import { textElement } from '../../aws/xml.ts';
import type { StsAction } from '../create-sts.ts';

export const getCallerIdentity: StsAction = ({ principal }) =>
  textElement('Arn', principal.arn) +
  textElement('UserId', principal.callerId) +
  textElement('Account', principal.accountId);
