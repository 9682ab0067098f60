/** A kind of machine that callers may ask for, by its name. */
export interface Template {
  readonly description: string;
  readonly image_digest: string | null;
}

/** What the operator has set. */
export interface Deployment {
  readonly version: string;
  readonly templates: ReadonlyMap<string, Template>;
  readonly quotas: {
    readonly live_sandboxes_per_user: number;
    readonly creates_per_user_per_minute: number;
    readonly commands_per_user_per_minute: number;
    readonly max_ttl_seconds: number;
  };
}
