import { printable } from '@lading/errors'
import { familiarString, tryParseReference } from '@lading/reference'
import type { Finding } from '@lading/store'
import { describeError } from '../process/report-error.ts'

const familiar = (name: string): string => {
  const reference = tryParseReference(name)
  return reference === undefined ? printable(name) : familiarString(reference)
}

const listed = (names: readonly string[]): string => names.map(familiar).join(', ')

/** A finding on one line. */
export function describeFinding(finding: Finding): string {
  switch (finding.kind) {
    case 'names-lost': {
      const { error, repaired, restored = [], dropped = [] } = finding
      if (!repaired) return `names lost: ${describeError(error)}`
      const without = dropped.length === 0 ? '' : `; incomplete, and removed: ${listed(dropped)}`
      return `names lost: ${describeError(error)}; restored, which may include names that were removed: ${listed(restored)}${without}`
    }
    case 'name-broken':
      return `incomplete: ${familiar(finding.name)} lacks ${finding.missing.join(', ')}`
    case 'name-changed':
      return `changed by a disk error: the entry of ${familiar(finding.name)} in index.json, which points to ${finding.target}`
    case 'blob-damaged':
      return `damaged: ${finding.digest}${neededBy(finding.names)}`
    case 'blob-unreadable':
      return `cannot be read: ${finding.digest}${neededBy(finding.names)}: ${describeError(finding.error)}`
    case 'record-wrong':
      return `wrong record: ${finding.record} of ${finding.digest}: ${printable(finding.why)}`
    default:
      return `unknown file: ${printable(finding.path, 4096)}`
  }
}

const neededBy = (names: readonly string[]): string =>
  names.length === 0 ? ', which no name needs: lading prune removes it' : `, needed by ${listed(names)}`
