import Database from 'better-sqlite3'

/** The schema of the older dashboard, as its documentation gives it. */
export const schema = `
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  email TEXT UNIQUE NOT NULL,
  name TEXT,
  organization_name TEXT,
  created_at TIMESTAMP,
  updated_at TIMESTAMP
);
CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  full_key TEXT NOT NULL,
  masked_key TEXT NOT NULL,
  key_type TEXT DEFAULT 'project',
  provider TEXT DEFAULT 'openai',
  account_id INTEGER REFERENCES accounts(id),
  admin_key_id INTEGER REFERENCES api_keys(id),
  created_at TIMESTAMP,
  updated_at TIMESTAMP
);`

/** A database file in base64, made by these statements. */
export function databaseOf(...statements: string[]): string {
  const db = new Database(':memory:')
  try {
    // As in Python, where the dashboard ran: links may point to rows that come later or not at all.
    db.pragma('foreign_keys = OFF')
    for (const statement of statements) db.exec(statement)
    return db.serialize().toString('base64')
  } finally {
    db.close()
  }
}

/** Text as an SQL literal. */
export function literal(value: string | number | null): string {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
}

export function accountRow(
  id: number,
  email: string,
  name: string | null = null,
  organization: string | null = null,
): string {
  const values = [id, email, name, organization].map(literal).join(', ')
  return `INSERT INTO accounts (id, email, name, organization_name) VALUES (${values})`
}

export function keyRow(row: {
  id: number
  name: string
  key: string
  type?: string
  provider?: string
  account: number | null
  admin?: number | null
}): string {
  const { id, name, key, type = 'project', provider = 'openai', account, admin = null } = row
  const values = [id, name, key, 'masked', type, provider, account, admin].map(literal).join(', ')
  return `INSERT INTO api_keys (id, name, full_key, masked_key, key_type, provider, account_id, admin_key_id) VALUES (${values})`
}
