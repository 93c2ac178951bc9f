import { Paper, ScrollArea, Table, Title, Tooltip, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Dashboard, GroupBy, UsageGroup } from '../../../shared/contract/usage.ts'
import { ProviderMark } from '../../ui/provider-mark.tsx'
import type { MoneyChoice } from './chart-model.ts'
import { amountText, exactCount, exactMoney, moneyLineId, NOT_REPORTED, provenanceWords, shareText } from './figures.ts'
import { drillHref, groupRows, type SortColumn, type Sorting } from './group-rows.ts'
import classes from './usage.module.css'
import type { Metric, UsageQuery } from './usage-query.ts'

export const groupWords: Record<GroupBy, string> = {
  provider: 'Provider',
  account: 'Account',
  key: 'Key',
  project: 'Project',
  model: 'Model',
}

/** Until somebody sorts, the table follows the picture above it. */
const sortedBy: Record<Metric, SortColumn> = { cost: 'cost', tokens: 'inputTokens', requests: 'requests' }

const remainderText =
  'Billed, but not attributable to a key: the cost report of the provider names no key for it, for example for fees, deleted keys or use through the web console.'

function HeadCell({
  column,
  label,
  sorting,
  onSort,
}: {
  readonly column: SortColumn
  readonly label: string
  readonly sorting: Sorting
  onSort(column: SortColumn): void
}) {
  const sorted = sorting.column === column
  const Icon = sorting.direction === 'ascending' ? IconArrowUp : IconArrowDown
  return (
    <Table.Th
      scope="col"
      className={column === 'label' ? classes.firstColumn : classes.number}
      aria-sort={sorted ? sorting.direction : 'none'}
    >
      <UnstyledButton className={classes.sort} onClick={() => onSort(column)}>
        {label}
        {sorted && <Icon size={14} aria-hidden />}
      </UnstyledButton>
    </Table.Th>
  )
}

function Name({ group, href }: { readonly group: UsageGroup; readonly href: string | null }) {
  if (group.role === 'remainder')
    return (
      <span className={classes.groupName}>
        <em className={classes.clip} title={group.label}>
          {group.label}
        </em>
        <Tooltip label={remainderText} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
          <UnstyledButton aria-label={remainderText} className={classes.explain}>
            <IconInfoCircle size={16} aria-hidden />
          </UnstyledButton>
        </Tooltip>
      </span>
    )
  if (group.role === 'rest')
    return (
      <span className={classes.groupName}>
        <em className={classes.clip} title={group.label}>
          {group.label}
        </em>
      </span>
    )
  return (
    <span className={classes.groupName}>
      {group.provider && <ProviderMark provider={group.provider} />}
      {href === null ? (
        <span className={classes.clip} title={group.label}>
          {group.label}
        </span>
      ) : (
        <Link href={href} className={`${classes.link} ${classes.clip}`} title={group.label}>
          {group.label}
        </Link>
      )}
    </span>
  )
}

function CostCell({ group }: { readonly group: UsageGroup }) {
  if (group.cost.length === 0) return <NotReported />
  return group.cost.map((line) => (
    <div key={moneyLineId(line)} title={exactMoney(line.total, line.currency)}>
      {amountText(line.total)} <span className={classes.unit}>{line.currency}</span>{' '}
      <span className={classes.unit} title={provenanceWords[line.provenance].meaning}>
        {provenanceWords[line.provenance].word}
      </span>
    </div>
  ))
}

function NotReported() {
  return (
    <span className={classes.quiet} title="Not reported">
      <span aria-hidden>{NOT_REPORTED}</span>
      <span className={classes.hidden}>not reported</span>
    </span>
  )
}

function CountCell({ value }: { readonly value: number | null }) {
  return value === null ? <NotReported /> : exactCount(value)
}

interface GroupTableProps {
  readonly dashboard: Dashboard
  readonly query: UsageQuery
  readonly choice: MoneyChoice | null
}

/** The groups with their figures; a name leads to the key itself or to this page narrowed to the group. */
export function GroupTable({ dashboard, query, choice }: GroupTableProps) {
  const [chosen, setChosen] = useState<Sorting | null>(null)
  const sorting: Sorting = chosen ?? { column: sortedBy[query.metric], direction: 'descending' }
  const rows = groupRows(dashboard, query.metric, choice, sorting)
  const sortBy = (column: SortColumn) => {
    const first = column === 'label' ? 'ascending' : 'descending'
    const other = sorting.direction === 'ascending' ? 'descending' : 'ascending'
    setChosen({ column, direction: sorting.column === column ? other : first })
  }
  const head = { sorting, onSort: sortBy }
  const shareNote =
    query.metric === 'cost' && choice
      ? `of cost, ${choice.currency} ${provenanceWords[choice.provenance].word}`
      : `of ${query.metric}`
  const title = `By ${groupWords[query.group].toLowerCase()}`
  return (
    <Paper withBorder component="section" aria-label={title}>
      <Title order={2} size="h5" px="md" pt="md" pb="xs">
        {title} <span className={classes.quiet}>(a dash: not reported)</span>
      </Title>
      <ScrollArea
        className={classes.tableRoom}
        viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': `Figures ${title.toLowerCase()}` }}
      >
        <Table highlightOnHover verticalSpacing={7} horizontalSpacing={8} className={classes.figures} miw={620}>
          <Table.Thead>
            <Table.Tr>
              <HeadCell column="label" label={groupWords[query.group]} {...head} />
              <HeadCell column="cost" label="Cost" {...head} />
              <Table.Th scope="col" className={classes.shareColumn}>
                Share <span className={`${classes.quiet} ${classes.shareNote}`}>{shareNote}</span>
              </Table.Th>
              <HeadCell column="requests" label="Requests" {...head} />
              <HeadCell column="inputTokens" label="Input tokens" {...head} />
              <HeadCell column="outputTokens" label="Output tokens" {...head} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ group, share }) => (
              <Table.Tr key={`${group.role}:${group.id}`}>
                <Table.Th scope="row" className={classes.firstColumn}>
                  <Name group={group} href={drillHref(query, group)} />
                </Table.Th>
                <Table.Td className={classes.number}>
                  <CostCell group={group} />
                </Table.Td>
                <Table.Td className={classes.shareColumn}>
                  <span className={classes.share}>
                    <span className={classes.shareTrack} aria-hidden>
                      <span className={classes.shareFill} style={{ width: `${share ?? 0}%` }} />
                    </span>
                    <span className={classes.shareText}>{shareText(share)}</span>
                  </span>
                </Table.Td>
                <Table.Td className={classes.number}>
                  <CountCell value={group.requests} />
                </Table.Td>
                <Table.Td className={classes.number}>
                  <CountCell value={group.inputTokens} />
                </Table.Td>
                <Table.Td className={classes.number}>
                  <CountCell value={group.outputTokens} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </Paper>
  )
}
