import { beforeAll, describe, expect, test } from 'vitest'
import { recipes, type RecipesReport } from '../../../test/support/recipes.ts'

describe('the test registry’s recipes, with the puller as the client under test', () => {
  let report: RecipesReport
  beforeAll(async () => {
    report = await recipes.run({ client: new URL('recipes-client.ts', import.meta.url) })
  })

  test.each(recipes.titles)('%s', (title) => {
    const results = report.resultsOf(title)
    expect(results, report.text).not.toEqual([])
    expect(
      results.filter((line) => !line.startsWith('ok')),
      report.text,
    ).toEqual([])
  })
})
