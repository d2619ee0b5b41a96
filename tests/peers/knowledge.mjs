// Holds a knowledge base's files against config/kb.schema.json, by ajv.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv from 'ajv/dist/2020.js'

const read = file => JSON.parse(readFileSync(file, 'utf8'))
const schema = read(new URL('../../config/kb.schema.json', import.meta.url))
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, validateFormats: false }) // dates are kb check's
ajv.addSchema(schema, 'kb')

// Which shape a file must have.
function shapeOf (name) {
  const [first] = name.split(/[/.]/)
  return first in schema.$defs ? first : 'topic'
}

// A line for each thing that is wrong in the folder.
export function faultsOfFolder (dir) {
  const teach = join(dir, 'teach')
  const names = [
    ...readdirSync(dir),
    ...(existsSync(teach) ? readdirSync(teach) : []).map(name => `teach/${name}`)
  ]
  return names.filter(name => name.endsWith('.json')).sort().flatMap(name => {
    const check = ajv.getSchema(`kb#/$defs/${shapeOf(name)}`)
    if (check(read(join(dir, name)))) return []
    return check.errors.map(({ instancePath, message }) => `${name}: ${instancePath} ${message}`)
  })
}
