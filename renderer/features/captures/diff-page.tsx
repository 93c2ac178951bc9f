import { Alert, Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconArrowsExchange, IconInfoCircle } from '@tabler/icons-react'
import { skipToken, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { CaptureRow, Diff } from '../../../shared/contract/captures.ts'
import { formatCount } from '../../../shared/words.ts'
import { orpc } from '../../app/api.ts'
import { BenchTabs } from '../../parts/bench-tabs.tsx'
import { ReceiverBanner } from '../../parts/receiver-banner.tsx'
import { VerdictBadge } from '../../parts/verdict-badge.tsx'
import { exactBytes } from '../../ui/amounts.ts'
import { HttpStatus } from '../../ui/http-status.tsx'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { visibleLine, visibleText } from '../../ui/visible-text.ts'
import { ClockTime } from './capture-columns.tsx'
import classes from './diff-page.module.css'

export interface DiffPageProps {
  /** Ids of captured requests; null where the address has none. */
  readonly left: number | null
  readonly right: number | null
}

/** Two captured requests beside each other: what is different in them. */
export function DiffPage({ left, right }: DiffPageProps) {
  const query = useQuery(
    orpc.captures.diff.queryOptions({ input: left === null || right === null ? skipToken : { left, right } }),
  )
  const isWrong = left === null || right === null
  return (
    <Page>
      <BenchTabs />
      <PageHeader
        title={isWrong ? 'Compare requests' : `Requests #${left} and #${right}`}
        lead="What is different between two captured requests."
        actions={
          <>
            {!isWrong && (
              <Button
                component={Link}
                href={`/webhooks/requests/diff/${right}/${left}`}
                variant="default"
                leftSection={<IconArrowsExchange size={16} aria-hidden />}
              >
                Swap sides
              </Button>
            )}
            <Button component={Link} href="/webhooks/requests" variant="default">
              Back to the list
            </Button>
          </>
        }
      />
      <ReceiverBanner />
      {isWrong && (
        <Alert color="orange" icon={<IconInfoCircle aria-hidden />} title="The address names no two requests">
          Tick two requests in the list and choose Compare.
        </Alert>
      )}
      <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      {!isWrong && query.isPending && <Skeleton height={320} />}
      {query.data !== undefined && <Differences diff={query.data} />}
    </Page>
  )
}

function Differences({ diff }: { readonly diff: Diff }) {
  const { left, right, request, headers, json, text, bytes, cut } = diff
  return (
    <Stack gap="md">
      <div className={classes.sides}>
        <Side row={left} />
        <Side row={right} />
      </div>
      {cut && (
        <Alert color="orange" icon={<IconInfoCircle aria-hidden />} title="Not everything is shown">
          There are more differences than fit here; the first ones are shown.
        </Alert>
      )}
      <Section title="Request">
        {request.length === 0 ? (
          <Same>Method, path and the rest of the request are the same.</Same>
        ) : (
          <ChangeTable
            label="Differences of the request"
            left={left}
            right={right}
            rows={request.map((row) => ({ ...row, kind: null }))}
          />
        )}
      </Section>
      <Section title="Headers">
        {headers.length === 0 ? (
          <Same>The headers are the same.</Same>
        ) : (
          <ChangeTable
            label="Differences of the headers"
            left={left}
            right={right}
            rows={headers.map(({ path, ...row }) => ({ ...row, what: path }))}
          />
        )}
      </Section>
      <Section title="Body">
        <Text size="sm" mb="xs">
          {bytes.equal
            ? `The bodies are the same, byte for byte (${exactBytes(bytes.leftBytes)}).`
            : `${exactBytes(bytes.leftBytes)} and ${exactBytes(bytes.rightBytes)}${
                bytes.firstDifference === null
                  ? '.'
                  : `; the first byte that differs is at ${formatCount(bytes.firstDifference)}.`
              }`}
        </Text>
        {json !== null && json.length > 0 && (
          <ChangeTable
            label="Differences of the JSON"
            left={left}
            right={right}
            rows={json.map(({ path, ...row }) => ({ ...row, what: path }))}
          />
        )}
        {json !== null && json.length === 0 && !bytes.equal && (
          <Same>As JSON they say the same: only the way it is written differs.</Same>
        )}
        {text !== null && !bytes.equal && <Lines lines={text} />}
        {json === null && text === null && !bytes.equal && (
          <Same>They are no text, or too long to be compared line by line.</Same>
        )}
      </Section>
    </Stack>
  )
}

function Side({ row }: { readonly row: CaptureRow }) {
  return (
    <div className={classes.side}>
      <Group gap="xs">
        <Anchor component={Link} href={`/webhooks/requests/${row.id}`} size="sm" fw={600}>
          Request #{row.id}
        </Anchor>
        <span className={classes.quiet}>
          <ClockTime at={row.at} />
        </span>
      </Group>
      <span className="keyhold-mono">
        {row.method} {row.slug}
        {visibleLine(row.path)}
      </span>
      <Group gap="sm">
        <VerdictBadge verdict={row.verdict} />
        <HttpStatus status={row.status} />
        <span className={classes.quiet}>{row.eventType === null ? 'No event type' : visibleLine(row.eventType)}</span>
      </Group>
    </div>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      {children}
    </section>
  )
}

function Same({ children }: { readonly children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  )
}

interface Change {
  readonly what: string
  readonly kind: 'added' | 'removed' | 'changed' | null
  readonly left: string | null
  readonly right: string | null
}

interface ChangeTableProps {
  readonly label: string
  readonly left: CaptureRow
  readonly right: CaptureRow
  readonly rows: readonly Change[]
}

const kinds = { added: 'Added', removed: 'Removed', changed: 'Changed' } as const

function ChangeTable({ label, left, right, rows }: ChangeTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on a narrow screen
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            <th scope="col" className={classes.what}>
              What
            </th>
            <th scope="col" className={classes.kind}>
              Change
            </th>
            <th scope="col">#{left.id}</th>
            <th scope="col">#{right.id}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, position) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same header may stand there twice; the list never changes
            <tr key={position}>
              <th scope="row" className="keyhold-mono">
                {visibleLine(row.what)}
              </th>
              <td>{row.kind === null ? 'Changed' : kinds[row.kind]}</td>
              <Value text={row.left} tone="removed" />
              <Value text={row.right} tone="added" />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Value({ text, tone }: { readonly text: string | null; readonly tone: 'added' | 'removed' }) {
  if (text === null) return <td className={classes.quiet}>Not there</td>
  return <td className={`keyhold-mono ${classes[tone]}`}>{visibleText(text)}</td>
}

type LineList = NonNullable<Diff['text']>

const signs = { same: ' ', added: '+', removed: '−' } as const

function Lines({ lines }: { readonly lines: LineList }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it
    <section className={`keyhold-mono ${classes.lines}`} aria-label="Bodies line by line" tabIndex={0}>
      {lines.map(({ kind, text }, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines may be alike; the list never changes
        <div key={position} className={classes.line} data-kind={kind}>
          <span className={classes.sign}>{signs[kind]}</span>
          <span>{visibleText(text)}</span>
        </div>
      ))}
    </section>
  )
}
