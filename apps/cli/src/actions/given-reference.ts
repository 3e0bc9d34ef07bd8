import { isReserved, parseReference, tryParseReference, type Reference } from '@lading/reference'
import { CliError } from '../cli-error.ts'

/** A reference of the command line. @throws what `parseReference` throws; CliError `REFERENCE_RESERVED` for `scratch` */
export function givenReference(text: string): Reference {
  const reference = parseReference(text)
  refuse(reference)
  return reference
}

/** The same for a word that may be an image ID or a place as well. */
export function assertNotReserved(text: string): void {
  const reference = tryParseReference(text)
  if (reference !== undefined) refuse(reference)
}

function refuse(reference: Reference): void {
  if (isReserved(reference))
    throw new CliError('REFERENCE_RESERVED', "'scratch' is a reserved name", {
      reference: String(reference),
      hint: 'it stands for the empty image, which cannot be pulled or stored; use another image',
    })
}
