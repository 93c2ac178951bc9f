import classes from './logo.module.css'

/** The mark and the name. */
export function Logo() {
  return (
    <span className={classes.root}>
      <svg width="22" height="22" viewBox="0 0 24 24" aria-hidden focusable="false">
        <rect x="1" y="1" width="22" height="22" rx="6" className={classes.plate} />
        <path d="M12 6.2a3.6 3.6 0 0 0-1.7 6.8l-1 4.8h5.4l-1-4.8A3.6 3.6 0 0 0 12 6.2Z" className={classes.hole} />
      </svg>
      Keyhold
    </span>
  )
}
