import { Anchor, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconPlus, IconStethoscope } from '@tabler/icons-react'
import { skipToken, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { Capture, Diagnosis, VerdictRecord } from '../../../shared/contract/captures.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { schemes } from '../../../shared/webhook-schemes.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { VerdictBadge } from '../../parts/verdict-badge.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SecretInput } from '../../ui/secret-input.tsx'
import { useAction } from '../../ui/use-action.ts'
import classes from './capture-panel.module.css'
import { agedText, hasOnlyAged, mayLackSecret, signedText, verdictMeanings } from './capture-words.ts'

export interface SignatureTabProps {
  readonly capture: Capture
  /** Why it does not fit is looked into. */
  readonly isAsked: boolean
  readonly onAsk: () => void
}

/** Whether the signature fits, why not, and what would make it fit. */
export function SignatureTab({ capture, isAsked, onAsk }: SignatureTabProps) {
  const { atArrival, now } = capture
  const present = now ?? atArrival
  const isOld = hasOnlyAged(capture)
  const diagnosis = useQuery(
    orpc.captures.diagnose.queryOptions({
      input: isAsked && present.verdict === 'invalid' && !isOld ? { id: capture.id } : skipToken,
      staleTime: 0,
      gcTime: 0,
    }),
  )
  const isSame = now !== null && now.verdict === atArrival.verdict && now.message === atArrival.message
  return (
    <Stack gap="md">
      <VerdictFacts title={isSame ? 'At arrival and now' : 'At arrival'} verdict={atArrival} arrivedAt={capture.at} />
      {now === null ? (
        <Text size="sm" c="dimmed">
          It is checked again with the secrets of now when the vault is open.
        </Text>
      ) : isOld ? (
        <Text size="sm" c="dimmed">
          {agedText}
        </Text>
      ) : isSame ? null : (
        <VerdictFacts title="Now, with the secrets and the clock of now" verdict={now} arrivedAt={capture.at} />
      )}
      {present.verdict === 'unsigned' && <Unsigned capture={capture} />}
      {present.verdict === 'invalid' && !isOld && <Doctor query={diagnosis} isAsked={isAsked} onAsk={onAsk} />}
      {present.verdict === 'no-secret' ? (
        <AddSecret capture={capture} isOpen />
      ) : (
        present.verdict === 'invalid' &&
        !isOld &&
        mayLackSecret(diagnosis.data ?? []) && <AddSecret capture={capture} isOpen={false} />
      )}
    </Stack>
  )
}

interface VerdictFactsProps {
  readonly title: string
  readonly verdict: VerdictRecord
  /** Epoch milliseconds. */
  readonly arrivedAt: number
}

function VerdictFacts({ title, verdict, arrivedAt }: VerdictFactsProps) {
  const isOk = verdict.verdict === 'valid'
  return (
    <section>
      <Title order={3} size="h5" mb={4}>
        {title}
      </Title>
      <VerdictBadge verdict={verdict.verdict} />
      <Text size="sm" mb="xs">
        {verdict.message === '' ? verdictMeanings[verdict.verdict] : verdict.message}
      </Text>
      <Facts>
        {verdict.scheme !== null && <Fact label="Scheme">{schemes[verdict.scheme].name}</Fact>}
        {verdict.matchedSecret !== null && (
          <Fact label="Secret">{verdict.matchedSecret === '' ? 'Without a name' : verdict.matchedSecret}</Fact>
        )}
        {verdict.timestamp !== null && (
          <Fact label="Signed">
            <RelativeTime at={verdict.timestamp} focusable />, {signedText(verdict.timestamp, arrivedAt)}
            {!isOk && ', as the sender says'}
          </Fact>
        )}
        {verdict.strictOk !== null && verdict.strictOk !== isOk && (
          <Fact label="Strict rule">
            {verdict.strictOk ? 'Would pass' : 'Would not pass: the time is limited in both directions'}
          </Fact>
        )}
      </Facts>
    </section>
  )
}

function Unsigned({ capture }: { readonly capture: Capture }) {
  return (
    <Text size="sm" c="dimmed">
      If the sender signs its requests, choose its scheme in the{' '}
      <Anchor component={Link} href={`/webhooks/endpoints/${capture.endpointId}`} size="sm" underline="always">
        settings of {capture.slug}
      </Anchor>
      .
    </Text>
  )
}

interface DoctorProps extends Pick<SignatureTabProps, 'isAsked' | 'onAsk'> {
  readonly query: Pick<UseQueryResult<Diagnosis[]>, 'data' | 'error' | 'isPending' | 'isFetching' | 'refetch'>
}

function Doctor({ query, isAsked, onAsk }: DoctorProps) {
  if (!isAsked) {
    return (
      <Group>
        <Button variant="light" leftSection={<IconStethoscope size={16} aria-hidden />} onClick={onAsk}>
          Why does it not fit?
        </Button>
      </Group>
    )
  }
  return (
    <section aria-busy={query.isFetching}>
      <Title order={3} size="h5" mb={4}>
        Why it does not fit
      </Title>
      <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending && (
        <Text size="sm" c="dimmed" role="status">
          Trying the known mistakes…
        </Text>
      )}
      {query.data !== undefined && query.data.length === 0 && (
        <Text size="sm">
          None of the known mistakes makes it fit. Most likely it was signed with another secret: compare the secret
          with the one the sender shows.
        </Text>
      )}
      {query.data !== undefined && query.data.length > 0 && (
        <ol className={classes.list}>
          {query.data.map(({ cause, sentence, remedy, certain }) => (
            <li key={`${cause} ${sentence}`} className={classes.item}>
              {certain && <span className={classes.certain}>Proven</span>} <Words>{sentence}</Words>
              <Text size="sm" c="dimmed">
                {remedy}
              </Text>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

function Words({ children }: { readonly children: ReactNode }) {
  return (
    <Text size="sm" component="span" fw={500}>
      {children}
    </Text>
  )
}

function AddSecret({ capture, isOpen: isOpenAtFirst }: { readonly capture: Capture; readonly isOpen: boolean }) {
  const [isOpen, setOpen] = useState(isOpenAtFirst)
  const [label, setLabel] = useState('')
  const [message, setMessage] = useState<string | null>(null)
  const secret = useRef<HTMLTextAreaElement>(null)
  // Only where a press opened it: who moves along the list keeps the focus there.
  const isOpened = isOpen && !isOpenAtFirst
  useEffect(() => {
    if (!isOpened) return
    secret.current?.focus({ preventScroll: true })
    secret.current?.form?.scrollIntoView({ block: 'nearest' })
  }, [isOpened])
  const add = useAction(async () => {
    const value = secret.current?.value.trim() ?? ''
    setMessage(value === '' ? 'The secret is empty. Paste it as the provider shows it.' : null)
    if (value === '') return
    await client.receiver.addSecret({ id: capture.endpointId, label, secret: value })
    if (secret.current !== null) secret.current.value = ''
    notifyDone(`The secret is stored with ${capture.slug}.`)
    setOpen(false)
    await queryClient.invalidateQueries({ queryKey: orpc.captures.key() })
    await queryClient.invalidateQueries({ queryKey: orpc.receiver.key() })
  })
  if (!isOpen) {
    return (
      <Group>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setOpen(true)}
        >
          Add a secret to {capture.slug}
        </Button>
      </Group>
    )
  }
  const refused = add.error === null ? undefined : fieldMessages(problemOf(add.error)).secret
  const hint = capture.scheme === null ? 'As the provider shows it.' : schemes[capture.scheme].secretHint
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void add.run()
  }
  return (
    <Stack gap="xs" component="form" onSubmit={submit}>
      <SecretInput
        submitsOnEnter
        label="Signing secret"
        description={hint}
        inputRef={secret}
        onEdit={() => {
          setMessage(null)
          add.clearError()
        }}
        onTooLong={() => setMessage(`That is longer than ${receiverLimits.secret} characters.`)}
        longest={receiverLimits.secret}
        error={message ?? refused}
      />
      <TextInput
        label="Name of the secret (optional)"
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
        autoComplete="off"
      />
      {refused === undefined && <ProblemAlert error={add.error} />}
      <Group gap="xs">
        <Button size="xs" type="submit" loading={add.isPending}>
          Store secret
        </Button>
        {!isOpenAtFirst && (
          <Button size="xs" variant="subtle" color="gray" onClick={() => setOpen(false)}>
            Cancel
          </Button>
        )}
      </Group>
    </Stack>
  )
}
