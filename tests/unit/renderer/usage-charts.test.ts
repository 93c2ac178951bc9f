import { describe, expect, it } from 'vitest'
import { groupColors } from '../../../renderer/features/usage/chart-colors.ts'
import {
  costChart,
  MAX_SERIES,
  moneyChoices,
  pickMoney,
  requestsChart,
  tokensChart,
} from '../../../renderer/features/usage/chart-model.ts'
import { dashboard, group, line } from './usage-fixture.ts'

const billed = { id: 'USD:billed', currency: 'USD', provenance: 'billed' } as const

describe('money lines', () => {
  const mixed = dashboard([
    group('a', { cost: [line(['1', null, null], '1'), line(['9', null, null], '9', 'estimated')] }),
    group('b', { cost: [line(['5', null, null], '5', 'billed', 'EUR')] }),
    group('c', { cost: [line([null, '2', null], '2')] }),
  ])

  it('offers each currency and provenance on its own, the fullest first', () => {
    expect(moneyChoices(mixed).map(({ id }) => id)).toEqual(['USD:billed', 'EUR:billed', 'USD:estimated'])
    expect(pickMoney(moneyChoices(mixed), 'EUR:billed')?.currency).toBe('EUR')
    expect(pickMoney(moneyChoices(mixed), 'GBP:billed')?.id).toBe('USD:billed')
    expect(pickMoney([], null)).toBeNull()
  })

  it('draws one of them and adds nothing of the others', () => {
    const chart = costChart(mixed, billed, false, 'light')
    expect(chart.total.exact).toBe('3')
    expect(chart.series.map(({ label }) => label)).toEqual(['c', 'a'])
    expect(chart.dayTotals.map(({ exact }) => exact)).toEqual(['1', '2', '–'])
  })
})

describe('gaps and partial days', () => {
  const picture = dashboard(
    [group('a', { cost: [line(['1.5', null, '0'], '1.5')] }), group('b', { cost: [line(['1', null, null], '1')] })],
    ['complete', 'missing', 'partial'],
  )

  it('keeps unknown apart from zero', () => {
    const chart = costChart(picture, billed, false, 'light')
    expect(chart.gaps).toEqual([false, true, false])
    expect(chart.series[0]?.points.map(({ value }) => value)).toEqual([1.5, null, 0])
    expect(chart.series[1]?.points.map(({ value }) => value)).toEqual([1, null, null])
  })

  it('says it in one sentence', () => {
    expect(costChart(picture, billed, false, 'light').summary).toBe(
      '2.50 USD in all, 1 Aug to 3 Aug, UTC days; most on 1 Aug (2.50 USD); largest part: a (60%); 1 day has no data and 1 day is incomplete.',
    )
  })

  it('says so when nothing is known, and does not when all is zero', () => {
    const nothing = dashboard([group('a')], ['missing', 'missing', 'missing'])
    expect(requestsChart(nothing, false, 'light').summary).toBe(
      'No requests known for 1 Aug to 3 Aug, UTC days; 3 days have no data.',
    )
    const zero = dashboard([group('a', { cost: [line(['0', '0', '0'], '0')] })])
    expect(costChart(zero, billed, false, 'light').summary).toContain('0.00 USD in all')
  })
})

describe('many groups', () => {
  const groups = Array.from({ length: 20 }, (_, index) =>
    group(`g${index}`, { cost: [line([`${index + 1}`, null, '0.000000001'], `${index + 1}.000000001`)] }),
  )
  const rest = group('rest', { role: 'rest', cost: [line(['3', '4', null], '7')] })
  const remainder = group('remainder', { role: 'remainder', label: 'No key', cost: [line(['2', null, null], '2')] })
  const chart = costChart(dashboard([...groups, rest, remainder]), billed, false, 'light')

  it('draws the largest, sums the others and leaves cost without a key on its own', () => {
    expect(chart.series).toHaveLength(MAX_SERIES + 1)
    expect(chart.series[0]?.label).toBe('g19')
    expect(chart.series.at(-2)?.label).toBe('All other groups')
    expect(chart.series.at(-1)?.label).toBe('No key')
  })

  it('loses nothing by summing', () => {
    expect(chart.total.exact).toBe('219.00000002')
    expect(chart.dayTotals.map(({ exact }) => exact)).toEqual(['215', '4', '0.00000002'])
  })

  it('gives every series a key without dots, whatever the label', () => {
    const models = dashboard([group('gpt-4.1', { cost: [line(['1', '1', '1'], '3')] })])
    expect(costChart(models, billed, false, 'light').series.map(({ key, label }) => [key, label])).toEqual([
      ['s0', 'gpt-4.1'],
    ])
  })
})

describe('colours', () => {
  it('gives a provider its own colour in every chart', () => {
    const one = group('openai', { provider: 'openai', requests: 3, requestsPerDay: [1, 1, 1] })
    const two = group('brave', { provider: 'brave', requests: 30, requestsPerDay: [10, 10, 10] })
    const colorOf = (groups: (typeof one)[]) =>
      requestsChart(dashboard(groups), true, 'light').series.find(({ label }) => label === 'openai')?.color
    expect(colorOf([one])).toBe('teal.7')
    expect(colorOf([two, one])).toBe('teal.7')
  })

  it('does not use a colour twice while there are enough, and does not depend on the order', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const colors = groupColors(ids, 'light')
    expect(new Set(colors.values()).size).toBe(ids.length)
    expect(groupColors([...ids].reverse(), 'light')).toEqual(colors)
  })

  it('still answers when there are more groups than colours', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `group ${index}`)
    expect(groupColors(ids, 'dark').size).toBe(60)
  })
})

describe('tokens', () => {
  it('sums input and output over the groups and drops what nobody reports', () => {
    const chart = tokensChart(
      dashboard([
        group('a', { inputTokens: 30, inputTokensPerDay: [10, null, 20] }),
        group('b', { inputTokens: 5, inputTokensPerDay: [5, null, null] }),
      ]),
      'light',
    )
    expect(chart.series.map(({ label }) => label)).toEqual(['Input tokens'])
    expect(chart.series[0]?.points.map(({ value }) => value)).toEqual([15, null, 20])
    expect(chart.total.exact).toBe('35')
  })
})
