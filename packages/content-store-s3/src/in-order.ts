const ahead = 16

/** What is made of each, in their order; some are made ahead. */
export async function* inOrder<T, Made>(
  items: readonly T[],
  make: (item: T) => Promise<Made>,
): AsyncGenerator<Made, void, undefined> {
  const making: Promise<Made>[] = []
  for (let at = 0; at < items.length || making.length > 0;) {
    while (making.length < ahead && at < items.length) {
      const made = make(items[at++] as T)
      // Whoever leaves early does not look at how these end.
      made.catch(() => {})
      making.push(made)
    }
    yield await (making.shift() as Promise<Made>)
  }
}
