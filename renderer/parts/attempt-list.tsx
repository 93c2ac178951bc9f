import { Anchor, Skeleton, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Attempt } from '../../shared/contract/deliveries.ts'
import { orpc } from '../app/api.ts'
import { durationText } from '../ui/amounts.ts'
import { HttpStatus } from '../ui/http-status.tsx'
import { ProblemAlert } from '../ui/problem-alert.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { visibleLine } from '../ui/visible-text.ts'
import { AttemptFacts } from './attempt-facts.tsx'
import classes from './attempt-list.module.css'

const kinds: Record<Attempt['kind'], string> = { forward: 'Forward', replay: 'Replay', send: 'Test event' }

export interface AttemptListProps {
  readonly attempts: readonly Attempt[]
  /** What tells one from another: where it went, or, where all went to the same place, which request it was of. */
  readonly named?: 'url' | 'request'
}

/** Attempts to deliver something, newest first; each opens to what was sent and what came back. */
export function AttemptList({ attempts, named = 'url' }: AttemptListProps) {
  const [openId, setOpenId] = useState<number | null>(null)
  return (
    <ul className={classes.list}>
      {attempts.map((attempt) => {
        const isOpen = attempt.id === openId
        const Icon = isOpen ? IconChevronDown : IconChevronRight
        return (
          <li key={attempt.id} className={classes.item}>
            <UnstyledButton
              className={classes.line}
              aria-expanded={isOpen}
              onClick={() => setOpenId(isOpen ? null : attempt.id)}
            >
              <Icon size={14} aria-hidden />
              <HttpStatus status={attempt.status} />
              <span className={classes.url} title={visibleLine(attempt.url)}>
                {named === 'request' && attempt.captureId !== null
                  ? `Request #${attempt.captureId}`
                  : `${kinds[attempt.kind]} to ${visibleLine(attempt.url)}`}
                {attempt.attempt > 1 && `, retry ${attempt.attempt - 1}`}
              </span>
              <span className={classes.quiet}>
                {attempt.durationMs !== null && `${durationText(attempt.durationMs)}, `}
                <RelativeTime at={attempt.at} />
              </span>
            </UnstyledButton>
            {isOpen && (
              <div className={classes.detail}>
                {named === 'request' && attempt.captureId !== null && (
                  <Anchor component={Link} href={`/webhooks/requests/${attempt.captureId}`} size="sm">
                    Open request #{attempt.captureId}
                  </Anchor>
                )}
                <OpenAttempt id={attempt.id} />
              </div>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function OpenAttempt({ id }: { readonly id: number }) {
  const query = useQuery(orpc.deliveries.attempt.queryOptions({ input: { id } }))
  if (query.isPending) return <Skeleton height={120} />
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
  return <AttemptFacts attempt={query.data} />
}
