import { printable } from '@lading/errors'
import { TestRegistryError } from '../error.ts'
import type { ListedFault } from './fault-book.ts'

/**
 * A test whose fault never fired has tested nothing.
 *
 * @throws TestRegistryError `ASSERTION_FAILED`, with each fault that never changed anything
 */
export function assertFired(faults: readonly ListedFault[]): void {
  const idle = faults.filter(({ fired }) => fired === 0)
  if (idle.length === 0) return
  throw new TestRegistryError(
    'ASSERTION_FAILED',
    ['these faults never fired:', ...idle.map((fault) => `  ${printable(fault.name, 200)}: ${reason(fault)}`)].join(
      '\n',
    ),
    { hint: 'the journal has the requests that came, with their kinds and targets' },
  )
}

function reason({ enabled, withoutEffect }: ListedFault): string {
  if (withoutEffect === 0) return `no request was one for it${enabled ? '' : ', and it is turned off'}`
  const requests = withoutEffect === 1 ? '1 request was' : `${withoutEffect} requests were`
  return `${requests} for it, and it changed nothing: a body may be shorter than 'afterBytes', or what it changes not be there`
}
