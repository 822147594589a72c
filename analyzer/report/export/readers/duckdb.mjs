// Runs the queries of standard input, a JSON list, with DuckDB: a list of their rows.
import { DuckDBInstance } from '@duckdb/node-api'
import { readFileSync } from 'node:fs'
const connection = await (await DuckDBInstance.create(':memory:')).connect()
const out = []
for (const query of JSON.parse(readFileSync(0, 'utf8'))) {
  const reader = await connection.runAndReadAll(query)
  out.push(reader.getRowObjectsJson())
}
console.log(JSON.stringify(out))
