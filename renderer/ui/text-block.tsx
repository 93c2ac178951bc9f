import classes from './text-block.module.css'
import { visibleText } from './visible-text.ts'

export interface TextBlockProps {
  /** What it is, for screen readers. */
  readonly label: string
  /** Of anybody: shown as text, with what is hidden in it made visible. */
  readonly text: string
  /** Lines keep their columns and are not broken. */
  readonly hasColumns?: boolean
}

/** Text of a stranger in a box of its own that scrolls. */
export function TextBlock({ label, text, hasColumns = false }: TextBlockProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it
    <section className={classes.block} aria-label={label} tabIndex={0}>
      <pre className={`keyhold-mono ${classes.text}`} data-columns={hasColumns || undefined}>
        {visibleText(text)}
      </pre>
    </section>
  )
}
