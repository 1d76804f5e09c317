/**
 * Makes from action.yml what repeats it: names, defaults and the command line's
 * help in the source, the tables of README.md, docs/inputs.md and docs/outputs.md; from
 * janitor/action.yml docs/janitor.md; from the doctor's checks and the inputs that it shares docs/doctor.md
 * and doctor/action.yml;
 * from the handbook of failure codes docs/troubleshooting.md; from the table of
 * rights docs/rbac.md, examples/rbac and the roles of README.md; from the mapping of flags and
 * the tests' workflows the tables of docs/migration.md; and by the action's own code the
 * template in examples.
 *
 *   npm run generate              writes
 *   npm run generate -- --check   writes nothing; exit 1 names what is out of date
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { CLASSIC_TROUBLES } from '../src/failure/handbook/classic-troubles.ts'
import { HANDBOOK } from '../src/failure/handbook/handbook.ts'
import { type ActionFile, readActionFile } from './generate/action-file.ts'
import { betweenMarkers } from './generate/between-markers.ts'
import {
  inputHelp,
  inputNames,
  inputsPage,
  inputTable,
  outputsPage,
  outputTable,
} from './generate/documents.ts'
import { EXAMPLE_ROLES } from './generate/example-roles.ts'
import { doctorAction, doctorPage } from './generate/doctor.ts'
import { janitorPage } from './generate/janitor.ts'
import { migrationPage } from './generate/migration.ts'
import { exampleText, rbacPage, readmeRole } from './generate/rbac.ts'
import { templateExample } from './generate/template-example.ts'
import { troubleshootingPage } from './generate/troubleshooting.ts'

const root = join(import.meta.dirname, '..')
const at = (path: string) => join(root, path)
const present = (path: string) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined)

interface Page {
  readonly path: string
  readonly content: string
}

async function pages(action: ActionFile): Promise<readonly Page[]> {
  const source = 'src/request/inputs.generated.ts'
  const help = 'src/command-line/input-help.generated.ts'
  const options = await resolveConfig(at(source))
  const doctor = doctorAction(
    readFileSync(at('doctor/action.yml'), 'utf8'),
    readFileSync(at('action.yml'), 'utf8'),
  )
  return [
    { path: source, content: await format(inputNames(action), { ...options, filepath: source }) },
    { path: help, content: await format(inputHelp(action), { ...options, filepath: help }) },
    { path: 'docs/inputs.md', content: inputsPage(action) },
    { path: 'docs/outputs.md', content: outputsPage(action) },
    {
      path: 'examples/templates/kaniko-build-job.yml',
      content: templateExample('kaniko-build-job.yml'),
    },
    {
      path: 'docs/janitor.md',
      content: janitorPage(readActionFile(readFileSync(at('janitor/action.yml'), 'utf8'))),
    },
    { path: 'doctor/action.yml', content: doctor },
    { path: 'docs/doctor.md', content: doctorPage(readActionFile(doctor)) },
    { path: 'docs/rbac.md', content: rbacPage() },
    ...EXAMPLE_ROLES.map((role) => ({ path: `examples/rbac/${role.file}`, content: exampleText(role) })),
    { path: 'docs/troubleshooting.md', content: troubleshootingPage(HANDBOOK, CLASSIC_TROUBLES) },
  ]
}

/** README.md with its tables renewed, or why that cannot be done. */
function readme(action: ActionFile): Page | string {
  const text = present('README.md')
  if (text === undefined) return 'README.md: does not exist yet, its tables were not made'
  const inputs = betweenMarkers(text, 'inputs', inputTable(action))
  if (inputs === undefined) return 'README.md: has no <!-- inputs:begin --> … <!-- inputs:end -->'
  const both = betweenMarkers(inputs, 'outputs', outputTable(action))
  if (both === undefined) return 'README.md: has no <!-- outputs:begin --> … <!-- outputs:end -->'
  const all = betweenMarkers(both, 'rights', readmeRole())
  if (all === undefined) return 'README.md: has no <!-- rights:begin --> … <!-- rights:end -->'
  return { path: 'README.md', content: all }
}

/** docs/migration.md with its tables renewed, or why that cannot be done. */
function migration(): Page | string {
  const path = 'docs/migration.md'
  const content = migrationPage(present(path) ?? '')
  return content === undefined ? `${path}: lacks the markers of its tables` : { path, content }
}

const check = process.argv.includes('--check')
const action = readActionFile(readFileSync(at('action.yml'), 'utf8'))
const tables = [readme(action), migration()]
const wanted = [...(await pages(action)), ...tables.filter((page) => typeof page !== 'string')]
const remarks = tables.filter((page) => typeof page === 'string')
const stale = wanted.filter((page) => present(page.path) !== page.content)

for (const page of stale) {
  if (check) {
    console.error(`${page.path}: out of date, run npm run generate`)
  } else {
    mkdirSync(dirname(at(page.path)), { recursive: true })
    writeFileSync(at(page.path), page.content)
    console.log(`${page.path}: written`)
  }
}
for (const remark of remarks) console.error(remark)
if (check && stale.length + remarks.length > 0) process.exitCode = 1
