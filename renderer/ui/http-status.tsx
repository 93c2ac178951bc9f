import classes from './http-status.module.css'

type Tone = 'good' | 'caution' | 'bad'

/** A status code in its colour; `none` says what null means. */
export function HttpStatus({ status, none = 'No answer' }: { readonly status: number | null; readonly none?: string }) {
  if (status === null) {
    return (
      <span className={classes.none} title={none}>
        –
      </span>
    )
  }
  return (
    <span className={`keyhold-mono ${classes.status}`} data-tone={toneOf(status)}>
      {status}
    </span>
  )
}

function toneOf(status: number): Tone {
  if (status < 300) return 'good'
  return status < 500 ? 'caution' : 'bad'
}
