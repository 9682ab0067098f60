import { afterAll } from 'vitest';
import { isolationSuite } from '../suites/engines/isolation-suite.ts';
import { dockerEngine, dockerHere, removeTestImages } from '../support/machines/docker-engine.ts';

afterAll(removeTestImages);

isolationSuite('isolation by Docker', dockerEngine, { enabled: dockerHere });
