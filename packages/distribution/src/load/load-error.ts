import { LadingError, nameErrors } from '@lading/errors'

/** `NAME_AMBIGUOUS`: several images, and one name for them, or for two of them. What the parts below throw keeps its code. */
export type LoadErrorCode = 'NAME_AMBIGUOUS'

export class LoadError extends LadingError<LoadErrorCode> {}

nameErrors(LoadError, 'LoadError')
