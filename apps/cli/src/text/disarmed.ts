import { printable } from '@lading/errors'
import type { Output } from '../process/output.ts'

/** Texts that templates made: byte for byte, but where a person looks at them nothing in them moves a cursor. Lines and tabs stay. */
export const disarmedFor = (
  { interactive }: Pick<Output, 'interactive'>,
  texts: readonly string[],
): readonly string[] => (interactive ? texts.map(disarmed) : texts)

const disarmed = (text: string): string =>
  text.replaceAll(/[^\n\t]+/g, (part) => printable(part, Number.POSITIVE_INFINITY))
