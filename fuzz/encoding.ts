const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** As text comes from a command line or a file. */
export const textOf = (input: Uint8Array): string => utf8.decode(input)
/** As text comes from a header: a unit a byte. */
export const latin1Of = (input: Uint8Array): string => Buffer.from(input).toString('latin1')
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
