import { createNamespacesEngine } from '../../../local/engines/namespaces/namespaces-engine.ts';
import { engineSuite } from '../../suites/engine-suite.ts';
import { engineTerminalSuite } from '../../suites/engine-terminal-suite.ts';
import { leftoversOf } from '../../support/machine-leftovers.ts';
import { namespacesHere } from '../../support/machine-namespaces.ts';

engineSuite('namespaces', createNamespacesEngine, (host) => leftoversOf(host.dataDir), namespacesHere);
engineTerminalSuite('terminals of namespaces', createNamespacesEngine, namespacesHere);
