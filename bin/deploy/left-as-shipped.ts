import type { DeployConfig } from '../../lib/config/deploy-config.ts';

/** What cdk.json has for whoever looks at it first: a range that documents use, and a name for one account of all. */
const shipped = { ingressCidr: '203.0.113.0/24', bucketName: 'matrx-sandbox-choose-a-name' };

/** Settings of the example that nobody has put his own in the place of: deployed, they would let nobody in. */
export function leftAsShipped({ ingressCidrs, bucketName }: DeployConfig): string[] {
  return [
    ...(ingressCidrs.includes(shipped.ingressCidr)
      ? [`matrx.ingressCidrs has ${shipped.ingressCidr}: expected where your callers come from`]
      : []),
    ...(bucketName === shipped.bucketName ? [`matrx.bucketName is "${bucketName}": expected a name of your own`] : []),
  ];
}
