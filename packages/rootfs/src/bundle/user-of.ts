import { printable } from '@lading/errors'
import { RootfsError } from '../rootfs-error.ts'
import { idOf, type Account, type AccountFiles } from './account-files.ts'

/** The user of the image's command. */
export interface ResolvedUser {
  readonly uid: number
  readonly gid: number
  readonly additionalGids: readonly number[]
  /** Empty where the image does not say. */
  readonly home: string
}

/**
 * `user`, `uid`, `user:group` and so on (image-spec, config.md), by the image's own `/etc/passwd` and `/etc/group`. IDs need no
 * line there; those that have one get its main group and home. Additional groups are set for a user given by name without a
 * group (image-spec, conversion.md), and for root if the image names no user.
 *
 * @throws RootfsError `BUNDLE_USER_UNKNOWN` for a name that is not in these files
 */
export function userOf(text: string, { accounts, groups }: AccountFiles): ResolvedUser {
  const separator = text.indexOf(':')
  const [userText, groupText] = separator === -1 ? [text, ''] : [text.slice(0, separator), text.slice(separator + 1)]
  const number = userText === '' ? 0 : idOf(userText)
  const account = accounts.find(({ name, uid }) => (number === undefined ? name === userText : uid === number))
  if (number === undefined && account === undefined) throw unknown('user', userText, '/etc/passwd')
  const gid = groupText === '' ? (account?.gid ?? 0) : gidOf(groupText, groups)
  const byName = groupText === '' && (userText === '' || number === undefined)
  return {
    uid: account?.uid ?? number ?? 0,
    gid,
    additionalGids: byName ? gidsOf(account, groups).filter((other) => other !== gid) : [],
    home: account?.home ?? '',
  }
}

function gidOf(text: string, groups: AccountFiles['groups']): number {
  const gid = idOf(text) ?? groups.find(({ name }) => name === text)?.gid
  if (gid === undefined) throw unknown('group', text, '/etc/group')
  return gid
}

const gidsOf = (account: Account | undefined, groups: AccountFiles['groups']): readonly number[] =>
  account === undefined
    ? []
    : [...new Set(groups.filter(({ members }) => members.includes(account.name)).map(({ gid }) => gid))]

const unknown = (kind: string, name: string, path: string): RootfsError =>
  new RootfsError(
    'BUNDLE_USER_UNKNOWN',
    `the image runs as the ${kind} "${printable(name, 100)}", who is not in its ${path}`,
    {
      path,
      hint: `unpack it without a bundle, or rebuild the image with a number instead of the ${kind}`,
    },
  )
