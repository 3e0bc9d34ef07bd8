/** Of errors that say that an answer is none: what was read is not HTTP/1.1, or says two things at once. */
export const malformedCode = 'ANSWER_MALFORMED'

/** @param seen the first bytes of what is no answer at all: they may tell what it is */
export function malformed(message: string, seen?: string): Error {
  return Object.assign(new Error(message), { code: malformedCode, ...(seen === undefined ? {} : { data: seen }) })
}
