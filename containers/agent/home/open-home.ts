import type { Assignment } from '../../../contract/api/agent-reports.ts';
import type { Marks } from '../commands/launch/marks.ts';
import type { AgentConfig } from '../config.ts';
import type { Log } from '../log.ts';
import { Home } from './home.ts';
import { HomeHelper } from './home-helper.ts';
import { HomeRepository } from './home-repository.ts';
import type { UserStorage } from './storage/open-storage.ts';

interface Options {
  readonly config: AgentConfig;
  readonly assignment: Pick<Assignment, 'home' | 'sandbox_id' | 'user_id'>;
  readonly storage: Pick<UserStorage, 'objects'>;
  readonly marks: Marks;
  readonly log: Log;
  readonly onChange: () => void;
}

/** The home of an assignment, not yet restored; undefined where it is not kept. */
export function openHome({ config, assignment, storage, marks, log, onChange }: Options): Home | undefined {
  const { home: order, sandbox_id: sandboxId, user_id: userId } = assignment;
  if (!order?.enabled) return undefined;
  const { clock, filesHelper: program, home } = config;
  const repository = new HomeRepository(storage.objects, userId);
  const helper = new HomeHelper({ clock, marks, program, home });
  return new Home({ helper, repository, sandboxId, order, clock, log, onChange });
}
