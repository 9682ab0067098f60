// Takes the place of `@aws-sdk/credential-provider-node` in the bundles: Lambda gives credentials by the environment, and
// the other providers (files, SSO, metadata) are a quarter of what a function would load.

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the SDK's clients ask for at their first call. Rejects when the environment has no credentials. */
export const defaultProvider = () => async (): Promise<Credentials> => {
  // biome-ignore lint/style/noProcessEnv: the SDK's clients have no way to config.ts, and these are no settings of ours
  const env = process.env;
  const [accessKeyId, secretAccessKey, token] = ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'SESSION_TOKEN'].map(
    (name) => env[`AWS_${name}`],
  );
  if (!accessKeyId || !secretAccessKey) throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
  return { accessKeyId, secretAccessKey, ...(token ? { sessionToken: token } : {}) };
};
