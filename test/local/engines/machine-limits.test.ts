import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import { engineLimitsSuite } from '../../suites/engines/engine-limits-suite.ts';
import { leftoversOf } from '../../support/machines/machine-leftovers.ts';
import { limitsHere } from '../../support/machines/machine-namespaces.ts';

engineLimitsSuite(
  'limits of namespaces',
  (host, limits) => createNamespacesEngine({ ...host, ...limits }),
  (host) => leftoversOf(host.dataDir),
  limitsHere,
);
