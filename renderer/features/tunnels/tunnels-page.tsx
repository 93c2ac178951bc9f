import { Anchor, Button, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconRefresh, IconWorld, IconWorldOff } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { TunnelsView } from '../../../shared/contract/tunnels.ts'
import { BenchTabs } from '../../parts/bench-tabs.tsx'
import { ReceiverBanner } from '../../parts/receiver-banner.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import { TunnelHistory } from './tunnel-history.tsx'
import { TunnelPrograms } from './tunnel-programs.tsx'
import { TunnelRow } from './tunnel-row.tsx'
import { kindName, urlBoundNames } from './tunnel-words.ts'
import classes from './tunnels.module.css'
import { TypedAddress } from './typed-address.tsx'
import { useTunnels } from './use-tunnels.ts'

/** Ways from the internet to the endpoints: found, started, proved, and the one whose address is in force. */
export function TunnelsPage() {
  const { query, look, isLooking, lookError } = useTunnels()
  const view = query.data
  return (
    <Page>
      <BenchTabs />
      <PageHeader
        title="Tunnels"
        lead="Ways from the internet to your endpoints. A tunnel is proved by a request that really comes back."
        actions={
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={isLooking}
            onClick={() => void look()}
          >
            Look for tunnels
          </Button>
        }
      />
      <ReceiverBanner />
      <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      <ProblemAlert error={lookError} onRetry={() => void look()} />
      {query.isPending && <Skeleton height={160} />}
      {view !== undefined && (
        <>
          <InForce view={view} />
          <div className={classes.columns}>
            <div className={classes.column}>
              <Found view={view} isLooking={isLooking} />
              <TunnelHistory view={view} />
            </div>
            <div className={classes.column}>
              <TunnelPrograms programs={view.programs} tunnels={view.tunnels} />
              <TypedAddress />
            </div>
          </div>
        </>
      )}
    </Page>
  )
}

function InForce({ view: { tunnels, history } }: { readonly view: TunnelsView }) {
  const used = tunnels.find(({ inUse }) => inUse)
  const url = used?.url ?? null
  if (url === null) {
    return (
      <section className={classes.section} aria-labelledby="in-force">
        <Title order={2} size="h4" id="in-force" mb={4}>
          <IconWorldOff size={18} aria-hidden style={{ verticalAlign: '-3px' }} /> No public address is in use
        </Title>
        <Text size="sm" maw={720}>
          A tunnel is a program that gives this machine an address on the internet and hands every request to the
          receiver. Start one below or in a terminal, then use its address: it is recorded with each request, and{' '}
          {urlBoundNames()} can only be checked with it, as they sign the address they call.
        </Text>
      </section>
    )
  }
  const since = history.find((entry) => entry.url === url && entry.to === null)?.from
  return (
    <section className={classes.section} aria-labelledby="in-force">
      <Title order={2} size="h4" id="in-force" mb={4}>
        <IconWorld size={18} aria-hidden style={{ verticalAlign: '-3px' }} /> In use
      </Title>
      <Stack gap={6}>
        <div className={classes.url}>
          <span className={`keyhold-mono ${classes.inForce}`}>{visibleLine(url)}</span>
          <CopyButton isIcon label="Copy the public address" text={url} />
        </div>
        {since !== undefined && (
          <span className={classes.quiet}>
            Since <RelativeTime at={since} focusable />
          </span>
        )}
        <Text size="sm" maw={720}>
          Every captured request is recorded with this address, and signatures of {urlBoundNames()} are checked with it.
          Senders call it with the path of the endpoint:{' '}
          <Anchor component={Link} href="/webhooks/endpoints" size="sm" underline="always">
            addresses of the endpoints
          </Anchor>
          .
        </Text>
      </Stack>
    </section>
  )
}

interface FoundProps {
  readonly view: TunnelsView
  readonly isLooking: boolean
}

function Found({ view: { tunnels, programs }, isLooking }: FoundProps) {
  return (
    <section className={classes.section} aria-labelledby="tunnels-found" aria-busy={isLooking}>
      <Title order={2} size="h4" id="tunnels-found" mb={8}>
        Tunnels
      </Title>
      {tunnels.length === 0 ? (
        <Text size="sm" c="dimmed" role="status">
          {isLooking
            ? 'Looking for running tunnel programs…'
            : 'No tunnel to this machine was found. Start a program, here or in a terminal, and it is listed by itself.'}
        </Text>
      ) : (
        <ul className={classes.list}>
          {tunnels.map((tunnel) => (
            <TunnelRow key={tunnel.id} tunnel={tunnel} madeBy={kindName(tunnel.kind, programs)} />
          ))}
        </ul>
      )}
    </section>
  )
}
