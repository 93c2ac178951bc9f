import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { bytesText } from '../../ui/amounts.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import type { Column } from '../../ui/data-table.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { TwoLines } from '../../ui/two-lines.tsx'
import classes from './endpoint-columns.module.css'
import { schemeWords } from './endpoint-words.ts'

export const endpointColumns: readonly Column<Endpoint>[] = [
  {
    id: 'name',
    header: 'Name',
    width: null,
    cell: ({ name }) => <span className={classes.name}>{name}</span>,
  },
  {
    id: 'address',
    header: 'Address',
    width: 230,
    cell: (endpoint) => <Address endpoint={endpoint} />,
  },
  { id: 'scheme', header: 'Signatures of', width: 160, from: 900, cell: schemeWords },
  {
    id: 'secrets',
    header: 'Secrets',
    width: 84,
    from: 760,
    align: 'right',
    cell: ({ secrets }) => (secrets.length === 0 ? <None /> : formatCount(secrets.length)),
  },
  {
    id: 'captured',
    header: 'Requests',
    width: 104,
    align: 'right',
    cell: ({ captured }) => (captured === 0 ? <None /> : formatCount(captured)),
  },
  {
    id: 'size',
    header: 'Size',
    width: 96,
    from: 1_040,
    align: 'right',
    cell: ({ capturedBytes }) => (capturedBytes === 0 ? <None /> : bytesText(capturedBytes)),
  },
  {
    id: 'last',
    header: 'Last request',
    width: 130,
    from: 680,
    cell: ({ lastAt }) => <RelativeTime at={lastAt} />,
  },
]

/** An endpoint on a narrow screen. */
export function NarrowEndpoint({ endpoint }: { readonly endpoint: Endpoint }) {
  return (
    <TwoLines
      first={endpoint.name}
      second={
        <>
          <span className="keyhold-mono">/h/{endpoint.slug}</span>
          <span>{endpoint.captured === 0 ? 'Nothing yet' : countOf(endpoint.captured, 'request')}</span>
        </>
      }
    />
  )
}

/** The slug, and the address that senders are to be given: the public one where there is one. */
function Address({ endpoint: { name, slug, publicUrl, localUrl } }: { readonly endpoint: Endpoint }) {
  return (
    <span className={classes.address}>
      <span className={`keyhold-mono ${classes.slug}`}>/h/{slug}</span>
      <CopyButton
        isIcon
        label={`Copy the ${publicUrl === null ? 'address' : 'public address'} of ${name}`}
        text={publicUrl ?? localUrl}
      />
    </span>
  )
}

function None() {
  return <span className={classes.quiet}>–</span>
}
