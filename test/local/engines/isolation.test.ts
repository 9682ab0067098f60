import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import { isolationSuite } from '../../suites/engines/isolation-suite.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';

isolationSuite('isolation by namespaces', createNamespacesEngine, { enabled: namespacesHere });
