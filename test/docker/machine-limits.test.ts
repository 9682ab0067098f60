import { afterAll } from 'vitest';
import { engineLimitsSuite } from '../suites/engines/engine-limits-suite.ts';
import { dockerEngine, dockerHere, removeTestImages } from '../support/machines/docker-engine.ts';
import { dockerLeftovers } from '../support/machines/docker-leftovers.ts';

afterAll(removeTestImages);

engineLimitsSuite('limits of Docker', dockerEngine, (host) => dockerLeftovers(host.dataDir), dockerHere);
