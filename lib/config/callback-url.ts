const thisMachine = ['localhost', '127.0.0.1', '[::1]'];

/** Whether Cognito takes it as an address to send a browser back to. */
export function isCallbackUrl(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, hostname } = new URL(text);
  return protocol !== 'http:' || thisMachine.includes(hostname);
}
