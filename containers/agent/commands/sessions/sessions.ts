import { AgentError } from '../../../../contract/agent/errors.ts';
import { limits } from '../../../../contract/api/limits.ts';
import type { SessionState } from './session-state.ts';

/** A session in the hands of one command. */
export interface SessionTurn {
  readonly name: string;
  /** Undefined until a command has left something. */
  readonly state: SessionState | undefined;
  /** Gives it back, with what the command left; without that it stays as it was. */
  end(state?: SessionState): void;
}

interface Session {
  state: SessionState | undefined;
  busy: boolean;
}

/** What is kept between the commands of each session. The one longest unused is forgotten first. */
export class Sessions {
  readonly #byName = new Map<string, Session>();
  readonly #most: number;

  constructor(most: number = limits.sessions) {
    this.#most = most;
  }

  /** Takes a session for one command; `user`s have their own. Throws `session_busy` while another command has it. */
  take(name: string, user: 'agent' | 'root'): SessionTurn {
    const key = `${user}/${name}`;
    const session = this.#byName.get(key) ?? { state: undefined, busy: false };
    if (session.busy) {
      throw new AgentError('session_busy', `a command runs in the session ${name}`, {
        details: { field: 'session', value: name, rule: 'expected a session in which nothing runs' },
      });
    }
    session.busy = true;
    this.#byName.delete(key);
    this.#byName.set(key, session);
    this.#forget();
    return {
      name,
      state: session.state,
      end: (state) => {
        session.busy = false;
        session.state = state ?? session.state;
      },
    };
  }

  #forget(): void {
    for (const [key, { busy }] of this.#byName) {
      if (this.#byName.size <= this.#most) return;
      if (!busy) this.#byName.delete(key);
    }
  }
}
