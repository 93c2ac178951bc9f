import { Button, Loader } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleOff } from '@tabler/icons-react'
import type { Tunnel } from '../../../shared/contract/tunnels.ts'
import { client } from '../../app/api.ts'
import { durationText } from '../../ui/amounts.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { notifyDone } from '../../ui/notify.ts'
import badge from '../../ui/outcome-badge.module.css'
import { ProblemAlert, RemedyList } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useAction } from '../../ui/use-action.ts'
import { visibleLine } from '../../ui/visible-text.ts'
import { isUnderWay, stateName } from './tunnel-words.ts'
import classes from './tunnels.module.css'
import { showTunnels } from './use-tunnels.ts'

const tones = {
  starting: 'neutral',
  found: 'neutral',
  proving: 'neutral',
  proved: 'good',
  failed: 'bad',
  stopped: 'neutral',
} as const

interface TunnelRowProps {
  readonly tunnel: Tunnel
  /** Its program by name, or where else its address is from. */
  readonly madeBy: string
}

/** One way from the internet, and what can be done with it. */
export function TunnelRow({ tunnel, madeBy }: TunnelRowProps) {
  const { id, kind, url, state, problem, startedHere, inUse, provedAt, roundTripMs } = tunnel
  const name = url === null ? madeBy : visibleLine(url)
  const use = useAction(async (chosen: number | null) => {
    showTunnels(await client.tunnels.use({ id: chosen }))
    notifyDone(chosen === null ? 'No public address is in use.' : 'This address is in use.')
  })
  const prove = useAction(async () => showTunnels(await client.tunnels.prove({ id })))
  const stop = useAction(async () => showTunnels(await client.tunnels.stop({ id })))
  const remove = useAction(async () => showTunnels(await client.tunnels.remove({ id })))
  const isProving = prove.isPending || state === 'proving'
  const isHere = url !== null && state !== 'stopped' && state !== 'starting'
  return (
    <li className={classes.row} data-tunnel={kind}>
      <div className={classes.words}>
        <div className={classes.name}>
          {madeBy}
          <StateBadge state={isProving ? 'proving' : state} />
          {inUse && <span className={classes.used}>In use</span>}
        </div>
        {url === null ? (
          <div className={classes.quiet}>Its address is not known yet.</div>
        ) : (
          <div className={classes.url}>
            <span className="keyhold-mono">{visibleLine(url)}</span>
            <CopyButton isIcon label={`Copy ${name}`} text={url} />
          </div>
        )}
        <div className={classes.quiet} role="status">
          {isProving && 'A request is on its way through the tunnel. This can take some seconds.'}
          {!isProving && state === 'starting' && 'The program is starting and asks for an address.'}
          {!isProving && provedAt !== null && state === 'proved' && (
            <>
              A request came back{roundTripMs === null ? '' : ` in ${durationText(roundTripMs)}`},{' '}
              <RelativeTime at={provedAt} focusable />
            </>
          )}
        </div>
      </div>
      <div className={classes.actions}>
        {isHere && !inUse && (
          <Button
            size="xs"
            variant={state === 'proved' ? 'filled' : 'default'}
            loading={use.isPending}
            aria-label={`Use this address: ${name}`}
            onClick={() => void use.run(id)}
          >
            Use this address
          </Button>
        )}
        {inUse && (
          <Button
            size="xs"
            variant="default"
            loading={use.isPending}
            aria-label={`Stop using it: ${name}`}
            onClick={() => void use.run(null)}
          >
            Stop using it
          </Button>
        )}
        {isHere && (
          <Button
            size="xs"
            variant="default"
            loading={isProving}
            aria-label={`${state === 'proved' ? 'Prove again' : 'Prove'}: ${name}`}
            onClick={() => void prove.run()}
          >
            {state === 'proved' ? 'Prove again' : 'Prove'}
          </Button>
        )}
        {startedHere && state !== 'stopped' && (
          <Button
            size="xs"
            variant="default"
            loading={stop.isPending}
            aria-label={`${state === 'starting' ? 'Cancel' : 'Stop'}: ${name}`}
            onClick={() => void stop.run()}
          >
            {state === 'starting' ? 'Cancel' : 'Stop'}
          </Button>
        )}
        {(kind === 'typed' || (!startedHere && state === 'stopped')) && (
          <Button
            size="xs"
            variant="default"
            loading={remove.isPending}
            aria-label={`Remove: ${name}`}
            onClick={() => void remove.run()}
          >
            Remove
          </Button>
        )}
      </div>
      {problem !== null && !isProving && (
        <div className={classes.problem} role="alert" data-problem={problem.code}>
          {problem.message}
          {problem.cause !== problem.message && <div className={classes.quiet}>{problem.cause}</div>}
          <RemedyList remedies={problem.remedies} />
        </div>
      )}
      {[use.error, prove.error, stop.error, remove.error].map(
        (error, place) =>
          error !== null && (
            // biome-ignore lint/suspicious/noArrayIndexKey: one place for each button
            <div key={place} className={classes.problem}>
              <ProblemAlert error={error} />
            </div>
          ),
      )}
    </li>
  )
}

function StateBadge({ state }: { readonly state: Tunnel['state'] }) {
  const Icon =
    state === 'proved'
      ? IconCircleCheck
      : state === 'failed'
        ? IconAlertTriangle
        : state === 'stopped'
          ? IconCircleOff
          : IconCircleDashed
  return (
    <span className={badge.badge} data-tone={tones[state]}>
      {isUnderWay({ state }) ? <Loader size={14} aria-hidden /> : <Icon size={16} aria-hidden />}
      <span className={classes.quiet}>{stateName(state)}</span>
    </span>
  )
}
