import { Button, Title } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import type { Tunnel, TunnelProgram } from '../../../shared/contract/tunnels.ts'
import { client } from '../../app/api.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useCancellable } from '../../ui/use-cancellable.ts'
import classes from './tunnels.module.css'
import { showTunnels } from './use-tunnels.ts'

interface TunnelProgramsProps {
  readonly programs: readonly TunnelProgram[]
  readonly tunnels: readonly Tunnel[]
}

/** Programs that make tunnels: which are there, how to get the others, and starting those that can be started. */
export function TunnelPrograms({ programs, tunnels }: TunnelProgramsProps) {
  return (
    <section className={classes.section} aria-labelledby="tunnel-programs">
      <Title order={2} size="h4" id="tunnel-programs" mb={8}>
        Programs
      </Title>
      <ul className={classes.list}>
        {programs.map((program) => (
          <ProgramRow
            key={program.kind}
            program={program}
            isRunning={tunnels.some(
              ({ kind, state }) => kind === program.kind && state !== 'stopped' && state !== 'failed',
            )}
          />
        ))}
      </ul>
    </section>
  )
}

interface ProgramRowProps {
  readonly program: TunnelProgram
  readonly isRunning: boolean
}

function ProgramRow({ program: { kind, name, installed, canStart, hint }, isRunning }: ProgramRowProps) {
  const start = useCancellable(async (signal) => {
    if (kind !== 'cloudflared' && kind !== 'ngrok') return
    showTunnels(await client.tunnels.start({ kind }, { signal }))
  })
  const state = isRunning ? 'Running' : installed ? 'Installed' : 'Not installed'
  return (
    <li className={classes.row} data-program={kind}>
      <div className={classes.words}>
        <div className={classes.name}>
          {name}
          <span className={classes.quiet}>{state}</span>
        </div>
        {hint !== '' && <div className={classes.quiet}>{hint}</div>}
      </div>
      {installed && canStart && !isRunning && (
        <div className={classes.actions}>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            loading={start.isPending}
            aria-label={`Start ${name}`}
            onClick={() => void start.run()}
          >
            Start
          </Button>
          {start.isPending && (
            <Button size="xs" variant="subtle" onClick={start.cancel}>
              Cancel
            </Button>
          )}
        </div>
      )}
      {start.error !== null && (
        <div className={classes.problem}>
          <ProblemAlert error={start.error} />
        </div>
      )}
    </li>
  )
}
