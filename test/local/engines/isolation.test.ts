import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import { isolationSuite } from '../../suites/isolation-suite.ts';
import { namespacesHere } from '../../support/machine-namespaces.ts';

isolationSuite('isolation by namespaces', createNamespacesEngine, { enabled: namespacesHere, filtersCalls: false });
