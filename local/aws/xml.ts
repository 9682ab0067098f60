const named: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as it stands in an element. Control characters, which a key may have and XML may not, are references as in S3. */
const escapeXml = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[&<>"'\x00-\x08\x0b-\x1f]/g, (char) => named[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);

/** An element that holds text. Undefined leaves it out. */
export const textElement = (name: string, text: string | number | boolean | undefined): string =>
  text === undefined ? '' : `<${name}>${escapeXml(String(text))}</${name}>`;

/** An element that holds other elements. */
export const element = (name: string, ...children: readonly string[]): string =>
  `<${name}>${children.join('')}</${name}>`;

/** A whole document with its default namespace. */
export const xmlDocument = (name: string, namespace: string, ...children: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${namespace && ` xmlns="${namespace}"`}>${children.join('')}</${name}>`;
