import { Link } from 'wouter'
import { formatCount } from '../../shared/words.ts'
import classes from './section-links.module.css'

export interface SectionLink {
  readonly href: string
  readonly label: string
  readonly isHere: boolean
  /** Shown behind the label; nothing for 0 and what is not known. */
  readonly count?: number | undefined
}

export interface SectionLinksProps {
  /** What the sections are of, for screen readers. */
  readonly label: string
  readonly links: readonly SectionLink[]
}

/** The parts of a page, each with an address of its own. */
export function SectionLinks({ label, links }: SectionLinksProps) {
  return (
    <nav aria-label={label}>
      <ul className={classes.links}>
        {links.map(({ href, label: name, isHere, count = 0 }) => (
          <li key={href}>
            <Link href={href} className={classes.link} aria-current={isHere ? 'page' : undefined}>
              {name}
              {count > 0 && <span className={classes.count}>{formatCount(count)}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
