/** An SDK type as it travels in awsJson: times are epoch seconds, blobs base64, and no metadata. */
export type Wire<T> = T extends Date
  ? number
  : T extends Uint8Array
    ? string
    : T extends readonly (infer Element)[]
      ? Wire<Element>[]
      : T extends object
        ? { [Key in keyof T as Key extends '$metadata' ? never : Key]: Wire<T[Key]> }
        : T;
