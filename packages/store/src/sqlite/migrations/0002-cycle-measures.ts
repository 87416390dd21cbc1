/** What was measured at the end of a cycle: how far behind the source it is, requests, what the process uses. */
export const MEASURES_SQL = `
  ALTER TABLE collection_cycles ADD COLUMN
    measures TEXT CONSTRAINT measures_is_json CHECK (measures IS NULL OR json_valid(measures));
`
