import { printable } from '@lading/errors'
import { parse, TomlError } from 'smol-toml'
import { fieldsOf, type Fields } from './fields.ts'
import { HostsError } from './hosts-error.ts'

/** A TOML document as checked fields. @throws HostsError `HOSTS_FILE_INVALID` with the line */
export function parseToml(text: string, file: string): Fields {
  let document: unknown
  try {
    document = parse(text, { maxDepth: 64, integersAsBigInt: 'asNeeded' })
  } catch (cause) {
    const line = cause instanceof TomlError ? cause.line : undefined
    const [what = ''] = cause instanceof Error ? cause.message.split('\n', 1) : []
    throw new HostsError(
      'HOSTS_FILE_INVALID',
      `${printable(file)}${line === undefined ? '' : `:${line}`}: it is not TOML: ${printable(what, 200)}`,
      {
        path: file,
        line,
        cause,
        hint: 'correct the file, or set LADING_HOSTS=off to go without the files of this machine',
      },
    )
  }
  return fieldsOf(document, { file, rule: '' })
}
