/**
 * A URL as a header field has it. Fields are read byte by byte (RFC 9110 5.5): what is not ASCII there are bytes, mostly
 * of UTF-8, and each is percent-encoded as it is; `URL` would take it for a character and encode that.
 */
export const urlText = (field: string): string =>
  field.replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
