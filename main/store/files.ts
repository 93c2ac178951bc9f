/** Names inside the data directory. */
export const DATABASE_FILE = 'workspace.db'
export const BACKUP_FOLDER = 'backups'
