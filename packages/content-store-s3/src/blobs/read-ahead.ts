/** What is read of each item, in their order, up to `most` at once. Whoever leaves early waits for nobody. */
export async function* readAhead<Item, Value>(
  items: readonly Item[],
  read: (item: Item) => Promise<Value>,
  most: number,
): AsyncGenerator<{ readonly item: Item; readonly value: Value }, void, undefined> {
  const reading: { readonly item: Item; readonly value: Promise<Value> }[] = []
  let next = 0
  const more = (): void => {
    for (; next < items.length && reading.length < most; next++) {
      const item = items[next] as Item
      const value = read(item)
      // It is looked at in its turn, or never.
      value.catch(() => {})
      reading.push({ item, value })
    }
  }
  more()
  for (let first = reading.shift(); first !== undefined; first = reading.shift()) {
    yield { item: first.item, value: await first.value }
    more()
  }
}
