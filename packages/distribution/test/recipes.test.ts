import { beforeAll, describe, expect, test } from 'vitest'
import { recipeTitles, runRecipes, type RecipesReport } from '../../../test/support/recipes.ts'

describe('the test registry’s recipes, with the puller as the client under test', () => {
  let report: RecipesReport
  beforeAll(async () => {
    report = await runRecipes({ client: new URL('recipes-client.ts', import.meta.url) })
  })

  test.each(recipeTitles)('%s', (title) => {
    const results = report.resultsOf(title)
    expect(results, report.text).not.toEqual([])
    expect(
      results.filter((line) => !line.startsWith('ok')),
      report.text,
    ).toEqual([])
  })
})
