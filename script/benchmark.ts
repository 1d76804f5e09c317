/** `npm run benchmark -- NAME`: one of the files in `benchmarks`, each of which says what it measures and prints a table. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const names = readdirSync(join(import.meta.dirname, 'benchmarks'), { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name }) => name.replace(/\.ts$/, ''))
const [name = 'start'] = process.argv.slice(2)

if (names.includes(name)) await import(`./benchmarks/${name}.ts`)
else {
  console.error(`There is no benchmark "${name}". There are: ${names.join(', ')}.`)
  process.exitCode = 2
}
