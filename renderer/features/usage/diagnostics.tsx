import { Anchor, Code, List, Paper, SimpleGrid, Text, Title } from '@mantine/core'
import { IconAlertCircle, IconAlertTriangle, IconExternalLink, IconInfoCircle } from '@tabler/icons-react'
import type { Ref } from 'react'
import { Link } from 'wouter'
import type { Diagnosis } from '../../../shared/contract/usage.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { ProviderMark } from '../../ui/provider-mark.tsx'
import styles from './diagnostics.module.css'
import classes from './usage.module.css'

const severities = {
  error: { word: 'Problem', Icon: IconAlertCircle, tone: classes.toneBad },
  warning: { word: 'Caution', Icon: IconAlertTriangle, tone: classes.toneCaution },
  info: { word: 'Note', Icon: IconInfoCircle, tone: classes.toneActive },
} as const

const SHOWN_KEYS = 6

function KeyList({ keys, total }: { readonly keys: Diagnosis['keys']; readonly total: number }) {
  const lines = (part: Diagnosis['keys']) =>
    part.map(({ id, name, provider }) => (
      <li key={id}>
        <ProviderMark provider={provider} />
        <Link href={`/keys/${id}`} className={`${classes.link} ${classes.clip}`}>
          {name}
        </Link>
      </li>
    ))
  return (
    <>
      <ul className={styles.keys} aria-label="Keys it concerns">
        {lines(keys.slice(0, SHOWN_KEYS))}
      </ul>
      {keys.length > SHOWN_KEYS && (
        <details className={styles.more}>
          <summary>
            {formatCount(total - SHOWN_KEYS)} more {total - SHOWN_KEYS === 1 ? 'key' : 'keys'}
          </summary>
          <ul className={styles.keys}>{lines(keys.slice(SHOWN_KEYS))}</ul>
          {total > keys.length && (
            <Text size="sm" c="dimmed">
              and {countOf(total - keys.length, 'key')} that are not named here
            </Text>
          )}
        </details>
      )}
    </>
  )
}

function DiagnosisCard({ diagnosis }: { readonly diagnosis: Diagnosis }) {
  const { word, Icon, tone } = severities[diagnosis.severity]
  return (
    <Paper withBorder p="md" component="article" aria-label={diagnosis.title} data-diagnosis={diagnosis.id}>
      <div className={styles.severity}>
        <Icon size={18} aria-hidden className={tone} />
        <span className={tone}>{word}</span>
      </div>
      <Title order={3} size="h6">
        {diagnosis.title}
      </Title>
      <Text size="sm" mt={4}>
        {diagnosis.cause}
      </Text>
      {diagnosis.remedies.length > 0 && (
        <>
          <Text size="sm" fw={600} mt="xs">
            What you can do
          </Text>
          <List type="ordered" size="sm">
            {diagnosis.remedies.map((remedy) => (
              <List.Item key={remedy}>{remedy}</List.Item>
            ))}
          </List>
        </>
      )}
      {diagnosis.keys.length > 0 && <KeyList keys={diagnosis.keys} total={diagnosis.keyCount} />}
      {diagnosis.detail !== null && (
        <details className={styles.more}>
          <summary>What the provider said</summary>
          <Code block className={styles.detail}>
            {diagnosis.detail}
          </Code>
        </details>
      )}
      {diagnosis.consoleUrl !== null && (
        <Anchor href={diagnosis.consoleUrl} target="_blank" rel="noreferrer" size="sm" className={styles.console}>
          Open the console of the provider <IconExternalLink size={14} aria-hidden />
        </Anchor>
      )}
    </Paper>
  )
}

/** What stands in the way of full figures, each with its cause and what to do. */
export function Diagnostics({ list, ref }: { readonly list: readonly Diagnosis[]; readonly ref: Ref<HTMLElement> }) {
  if (list.length === 0) return null
  return (
    <section ref={ref} tabIndex={-1} aria-label="Diagnostics" className={styles.diagnostics}>
      <Title order={2} size="h5" mb="xs">
        Diagnostics
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="sm">
        {list.map((diagnosis) => (
          <DiagnosisCard key={diagnosis.id} diagnosis={diagnosis} />
        ))}
      </SimpleGrid>
    </section>
  )
}
