import type { Quirks } from '../quirks.ts'
import { checkQuirks, wrong } from './check-quirks.ts'
import { quirkTable } from './quirk-table.ts'

/**
 * Quirks as they stand on a command line: `headStatus=403`, `interimAnswers=100,103`; a name alone is true.
 *
 * @throws TestRegistryError `OPTION_INVALID`
 */
export function parseQuirks(texts: readonly string[]): Quirks {
  const quirks = Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=')
      const name = equals === -1 ? text : text.slice(0, equals)
      return [name, equals === -1 ? true : valueOf(name, text.slice(equals + 1))]
    }),
  )
  checkQuirks(quirks)
  return quirks
}

function valueOf(name: string, text: string): unknown {
  const kind = Object.hasOwn(quirkTable, name) ? quirkTable[name as keyof Quirks].value.kind : 'text'
  const flags: Readonly<Record<string, boolean>> = { true: true, false: false }
  if (kind === 'flag' || kind === 'words') return Object.hasOwn(flags, text) ? flags[text] : text
  if (kind === 'number') return numberOf(text)
  if (kind === 'numbers') return text.split(',').map(numberOf)
  if (kind === 'texts') return text.split(',')
  if (kind === 'text') return text
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw wrong(`the quirk '${name}' is not JSON: ${String(cause)}`)
  }
}

const numberOf = (text: string): number | string => (/^\d{1,15}$/.test(text) ? Number(text) : text)
