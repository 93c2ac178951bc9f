/** Reports of the conformance probe, each as the JSON that is shown and exported. The newest 200 are kept. */
export const probeReportsSchema = `
CREATE TABLE probe_reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  report TEXT NOT NULL CHECK (json_valid(report))
) STRICT;
`
