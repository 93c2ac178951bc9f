import Papa from 'papaparse'
import type { Dashboard, GroupBy } from '../../shared/contract/usage.ts'
import { dayAt, isoDate } from './days.ts'

const COLUMNS = [
  'day',
  'zone',
  'coverage',
  'group_by',
  'group_id',
  'group',
  'role',
  'provider',
  'provenance',
  'requests',
  'input_tokens',
  'output_tokens',
  'cost',
  'currency',
] as const

/** What a spreadsheet would run as a formula. A plain negative number is none. */
const FORMULA = /^(?!-?\d+(?:\.\d+)?$)\s*[=+\-@\t\r|].*$/s

/**
 * The groups and days of a dashboard as CSV (RFC 4180, CRLF). Each group has one row a day for its counters, and one
 * for each kind of money it has (currency and provenance), so that no figure stands in two rows. Empty is "not known".
 */
export function dashboardCsv(dashboard: Dashboard, groupBy: GroupBy): string {
  const { range, groups } = dashboard
  const rows = groups.flatMap((group) =>
    range.days.flatMap((instant, index) => {
      const common = [
        isoDate(dayAt(instant)),
        range.zone,
        range.coverage[index] ?? null,
        groupBy,
        group.id,
        group.label,
        group.role,
        group.provider,
      ]
      const counters = [group.requestsPerDay, group.inputTokensPerDay, group.outputTokensPerDay]
      return [
        [...common, 'metered', ...counters.map((perDay) => perDay[index] ?? null), null, null],
        ...group.cost.map(({ provenance, currency, perDay }) => [
          ...common,
          provenance,
          null,
          null,
          null,
          perDay[index] ?? null,
          currency,
        ]),
      ]
    }),
  )
  return `${Papa.unparse([[...COLUMNS], ...rows], { newline: '\r\n', escapeFormulae: FORMULA })}\r\n`
}
