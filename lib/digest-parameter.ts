/** Words with `-` between them as one name: `my-tools` is `MyTools`. */
export const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The stack's parameter for the digest of a template's image. */
export const digestParameter = (template: string): string => `${pascalCase(template)}ImageDigest`;
