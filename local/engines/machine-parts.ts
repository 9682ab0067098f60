/** Files of the host that every machine shows. */
export interface MachineParts {
  readonly node: string;
  readonly agentBundle: string;
  readonly attachScript: string;
  readonly filesHelper: string;
  /** A folder of programs for the code in machines: they appear in /opt/tools/bin. */
  readonly programsDir?: string;
  /** npm's own folder, for a host whose /usr has no npm: it appears in /opt/tools/bin. */
  readonly npmDir?: string;
}
