export type EngineErrorCode =
  /** A field of the specification breaks its rule; nothing was started. */
  | 'invalid_spec'
  /** A machine of this id is running or being started. */
  | 'id_in_use'
  /** The machine could not be built; nothing of it is left. */
  | 'start_failed'
  /** The machine has ended. */
  | 'machine_ended'
  /** Something of an ended machine could not be removed; `sweep` tries again. */
  | 'leftover';

/** The only error engines throw. The message names what was given, and the rule or what the system said. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
