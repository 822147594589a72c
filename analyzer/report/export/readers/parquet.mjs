// Reads a Parquet file with hyparquet: how many rows, and some columns' sums.
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
const [path, ...columns] = process.argv.slice(2)
const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) })
const sums = {}
for (const c of columns) sums[c] = rows.reduce((n, r) => n + Number(c.split('.').reduce((o, k) => o[k], r)), 0)
console.log(JSON.stringify({ rows: rows.length, sums, first: rows[0]?.time?.toISOString?.() ?? rows[0]?.start?.toISOString?.() ?? '' }))
