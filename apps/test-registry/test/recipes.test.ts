import { beforeAll, describe, expect, test } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { recipes, type RecipesReport } from '../../../test/support/recipes.ts'

describe('docs/test-registry-recipes.md, run as it stands', () => {
  let report: RecipesReport
  beforeAll(async () => {
    report = await recipes.run()
  })

  test('has ten recipes', () => {
    expect(recipes.page.match(/^## \d+\. … /gm)).toHaveLength(10)
    expect(recipes.titles.length).toBeGreaterThanOrEqual(10)
  })

  test.each(recipes.titles)('%s', (title) => {
    const results = report.resultsOf(title)
    expect(results, report.text).not.toEqual([])
    expect(
      results.filter((line) => !line.startsWith('ok')),
      report.text,
    ).toEqual([])
  })

  // A whole run of the compiler.
  test('its types are right', needs(enlarged), async () => {
    expect(await recipes.typeErrors()).toBe('')
  })
})
