import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import { engineLimitsSuite } from '../../suites/engine-limits-suite.ts';
import { leftoversOf } from '../../support/machine-leftovers.ts';
import { limitsHere } from '../../support/machine-namespaces.ts';

engineLimitsSuite(
  'limits of namespaces',
  (host, limits) => createNamespacesEngine({ ...host, ...limits }),
  (host) => leftoversOf(host.dataDir),
  limitsHere,
);
