import { beforeAll, describe, expect, test } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import {
  recipesPage,
  recipeTitles,
  runRecipes,
  typeErrorsOfRecipes,
  type RecipesReport,
} from '../../../test/support/recipes.ts'

describe('docs/test-registry-recipes.md, run as it stands', () => {
  let report: RecipesReport
  beforeAll(async () => {
    report = await runRecipes()
  })

  test('has ten recipes', () => {
    expect(recipesPage.match(/^## \d+\. … /gm)).toHaveLength(10)
    expect(recipeTitles.length).toBeGreaterThanOrEqual(10)
  })

  test.each(recipeTitles)('%s', (title) => {
    const results = report.resultsOf(title)
    expect(results, report.text).not.toEqual([])
    expect(
      results.filter((line) => !line.startsWith('ok')),
      report.text,
    ).toEqual([])
  })

  // A whole run of the compiler.
  test('its types are right', needs(enlarged), async () => {
    expect(await typeErrorsOfRecipes()).toBe('')
  })
})
