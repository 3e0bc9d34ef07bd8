/**
 * JSON of an answer that nobody hashes, as every client reads it: of members that come twice the last counts, and bytes
 * that are not UTF-8 become U+FFFD. What is hashed is read strictly, since two readers must see one content.
 *
 * @throws SyntaxError
 */
export function parseLenientJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}
