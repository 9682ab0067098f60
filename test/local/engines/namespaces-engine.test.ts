import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import { engineSuite } from '../../suites/engines/engine-suite.ts';
import { engineTerminalSuite } from '../../suites/engines/engine-terminal-suite.ts';
import { leftoversOf } from '../../support/machines/machine-leftovers.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';

engineSuite('namespaces', createNamespacesEngine, (host) => leftoversOf(host.dataDir), namespacesHere);
engineTerminalSuite('terminals of namespaces', createNamespacesEngine, namespacesHere);
