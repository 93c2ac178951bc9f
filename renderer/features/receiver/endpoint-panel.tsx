import { Accordion, Button, Skeleton, Stack } from '@mantine/core'
import { IconArrowForward, IconListDetails } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ComponentType, useState } from 'react'
import { Link } from 'wouter'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { countOf } from '../../../shared/words.ts'
import { orpc } from '../../app/api.ts'
import { bytesText } from '../../ui/amounts.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { SidePanel } from '../../ui/list-with-panel.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RecordActions } from '../../ui/record-actions.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import classes from './endpoint-panel.module.css'
import { answerWords, deadlineWords, faultWords, retentionWords, schemeWords } from './endpoint-words.ts'
import { PanelAddress } from './panel-address.tsx'
import { PanelAnswer } from './panel-answer.tsx'
import { PanelBehaviour } from './panel-behaviour.tsx'
import { PanelFaults } from './panel-faults.tsx'
import { PanelRetention } from './panel-retention.tsx'
import { PanelRules } from './panel-rules.tsx'
import { PanelSignature } from './panel-signature.tsx'

interface Section {
  readonly id: string
  readonly name: string
  /** What is set, in words, so that the section need not be opened to know. */
  readonly words: (endpoint: Endpoint) => string
  readonly Content: ComponentType<{ readonly endpoint: Endpoint }>
}

const sections: readonly Section[] = [
  {
    id: 'signature',
    name: 'Signature',
    words: (endpoint) =>
      `${schemeWords(endpoint)}, ${endpoint.secrets.length === 0 ? 'no secret' : countOf(endpoint.secrets.length, 'secret')}`,
    Content: PanelSignature,
  },
  { id: 'answer', name: 'Answer', words: ({ behaviour }) => answerWords(behaviour.answer), Content: PanelAnswer },
  {
    id: 'rules',
    name: 'Rules',
    words: ({ behaviour: { rules } }) => (rules.length === 0 ? 'None' : rules.map(({ name }) => name).join(', ')),
    Content: PanelRules,
  },
  {
    id: 'faults',
    name: 'Faults',
    words: ({ behaviour: { faults } }) => (faults.length === 0 ? 'None' : faults.map(faultWords).join(' ')),
    Content: PanelFaults,
  },
  {
    id: 'behaviour',
    name: 'Deadline, handshakes, refusals',
    words: ({ behaviour: { deadline, answerHandshakes, refuseInvalid } }) =>
      [
        deadline === null ? 'No deadline' : deadlineWords(deadline),
        answerHandshakes ? 'handshakes answered' : 'handshakes not answered',
        refuseInvalid ? 'wrong signatures refused' : 'nothing refused',
      ].join(', '),
    Content: PanelBehaviour,
  },
  { id: 'retention', name: 'Kept', words: ({ retention }) => retentionWords(retention), Content: PanelRetention },
]

export interface EndpointPanelProps {
  readonly id: number
  /** From the list; undefined while it is loaded, or where the list has none of this number. */
  readonly endpoint: Endpoint | undefined
  readonly isLoading: boolean
  readonly onClose: () => void
  readonly onEdit: () => void
  readonly onDelete: () => void
}

/** Everything about one endpoint. */
export function EndpointPanel({ id, endpoint, isLoading, onClose, onEdit, onDelete }: EndpointPanelProps) {
  const missing = useQuery({
    ...orpc.receiver.endpoint.queryOptions({ input: { id } }),
    enabled: endpoint === undefined && !isLoading,
  })
  return (
    <SidePanel title={endpoint?.name ?? 'Endpoint'} onClose={onClose}>
      {endpoint === undefined ? (
        <>
          <ProblemAlert error={missing.error} onRetry={() => void missing.refetch()} />
          {missing.isPending && <Skeleton height={240} />}
        </>
      ) : (
        <Stack gap="md">
          <Overview endpoint={endpoint} />
          <PanelAddress endpoint={endpoint} />
          <RecordActions onEdit={onEdit} onDelete={onDelete}>
            <Links id={endpoint.id} />
          </RecordActions>
          <Sections endpoint={endpoint} />
        </Stack>
      )}
    </SidePanel>
  )
}

function Overview({ endpoint }: { readonly endpoint: Endpoint }) {
  const { captured, capturedBytes, lastAt, note } = endpoint
  return (
    <Facts>
      <Fact label="Captured">
        {captured === 0 ? 'Nothing yet' : `${countOf(captured, 'request')}, ${bytesText(capturedBytes)}`}
      </Fact>
      <Fact label="Last request">
        <RelativeTime at={lastAt} focusable />
      </Fact>
      {note !== '' && (
        <Fact label="Note">
          <span className="keyhold-lines">{note}</span>
        </Fact>
      )}
    </Facts>
  )
}

function Links({ id }: { readonly id: number }) {
  return (
    <>
      <Button
        component={Link}
        href={`/webhooks/requests?endpoint=${id}`}
        size="xs"
        variant="subtle"
        leftSection={<IconListDetails size={14} aria-hidden />}
      >
        Requests
      </Button>
      <Button
        component={Link}
        href={`/webhooks/deliveries/targets?endpoint=${id}`}
        size="xs"
        variant="subtle"
        leftSection={<IconArrowForward size={14} aria-hidden />}
      >
        Forwarding
      </Button>
    </>
  )
}

function Sections({ endpoint }: { readonly endpoint: Endpoint }) {
  const [open, setOpen] = useState<string[]>([])
  return (
    <Accordion
      multiple
      value={open}
      onChange={setOpen}
      order={3}
      keepMounted={false}
      transitionDuration={0}
      classNames={{ root: classes.sections, item: classes.item, label: classes.label }}
    >
      {sections.map(({ id, name, words, Content }) => (
        <Accordion.Item key={id} value={id}>
          <Accordion.Control>
            <span className={classes.sectionName}>{name}</span>
            <span className={classes.sectionWords}>{words(endpoint)}</span>
          </Accordion.Control>
          <Accordion.Panel>
            <Content key={endpoint.id} endpoint={endpoint} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  )
}
