import { createJsonStream } from './json-stream.ts'

/** What a page has beside the entries of its list. */
export interface ListFrame {
  /** `list`, or the text of what stands there in its place; `undefined`: there is no such member. */
  readonly list: string | undefined
  /** The texts of the other members, by name, as far as they are short: what is long is passed over. */
  readonly members: ReadonlyMap<string, string>
}

export interface ListReader {
  /**
   * Takes the next bytes of the page in.
   *
   * @throws SyntaxError, as soon as the page is not JSON
   */
  write(chunk: Uint8Array): void
  /**
   * No more bytes follow. `undefined`: they ended inside of the document.
   *
   * @throws SyntaxError
   */
  end(): ListFrame | undefined
}

export interface ListReaderOptions {
  /** What is listed under: `tags`. */
  readonly member: string
  /** In UTF-16 units of JSON text. */
  readonly longestEntry: number
  /** The list begins; again where its member comes twice, of which the last counts. */
  readonly onList: () => void
  /** The text of an entry; `undefined`: it is too long. */
  readonly onEntry: (text: string | undefined) => void
}

const deepest = 1000
/** All that is kept of a page's frame. */
const longestFrame = 256 * 1024

/**
 * The entries of the list that an object has under a name, `{"tags": [...]}`, while they come, in bounded memory. As
 * `JSON.parse` over the whole page reads them, bytes that are not UTF-8 being U+FFFD.
 */
export function createListReader({ member, longestEntry, onList, onEntry }: ListReaderOptions): ListReader {
  const decoder = new TextDecoder()
  const members = new Map<string, string>()
  let length = 0
  let list: ListFrame['list']
  let name: string | undefined
  let top = ''
  let inList = false

  const json = createJsonStream(
    {
      begin(depth, first) {
        if (depth === 0) top = first
        if (depth === 1 && top === '{') {
          inList = name === member && first === '['
          if (inList) {
            list = 'list'
            onList()
          }
          return !inList
        }
        return depth === 2 && inList
      },
      end(depth, text) {
        if (depth === 2 && inList) onEntry(text)
        if (depth !== 1 || top !== '{') return
        if (name === member && !inList) {
          list = text ?? ''
          onList()
        } else if (name !== undefined && !inList) keep(name, text)
        inList = false
      },
      key(text) {
        name = text === undefined ? undefined : (JSON.parse(text) as string)
      },
    },
    { longestText: longestEntry, deepest },
  )
  const keep = (key: string, text: string | undefined): void => {
    length -= members.get(key)?.length ?? 0
    members.delete(key)
    if (text === undefined || length + key.length + text.length > longestFrame) return
    length += key.length + text.length
    members.set(key, text)
  }

  return {
    write: (chunk) => json.write(decoder.decode(chunk, { stream: true })),
    end() {
      json.write(decoder.decode())
      return json.end() ? { list, members } : undefined
    },
  }
}
