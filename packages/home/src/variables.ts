/** An environment, as `process.env` is one. */
export type Variables = Readonly<Record<string, string | undefined>>
