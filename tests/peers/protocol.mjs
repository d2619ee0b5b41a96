// Holds frames of the console's websocket against handoff/protocol.schema.json, by ajv.

import { readFileSync } from 'node:fs'
import Ajv from 'ajv/dist/2020.js'

const file = new URL('../../handoff/protocol.schema.json', import.meta.url)
const schema = JSON.parse(readFileSync(file, 'utf8'))
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true })
ajv.addSchema(schema, 'protocol')

export const SHAPES = schema.$defs

const checkOf = shape => ajv.getSchema(`protocol#/$defs/${shape}`)

// Compiling takes half a second of a quick machine, in which nothing else of a test goes on, the stand-in for X neither:
// so before anything has begun, and not at the first frame.
Object.keys(SHAPES).filter(shape => shape.startsWith('server.')).forEach(checkOf)

// What is wrong with the value as the shape of that name, or null.
export function faultOf (shape, value) {
  const check = shape in SHAPES && checkOf(shape)
  if (!check) return `there is no ${shape}`
  if (check(value)) return null
  const faults = check.errors.map(({ instancePath, message, params }) =>
    `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`)
  return `${shape}: ${faults.join('; ')}: ${JSON.stringify(value).slice(0, 2000)}`
}

// Throws if `side`, "server" or "client", may not send this text.
export function checkFrame (side, text) {
  const frame = JSON.parse(text)
  const fault = faultOf(`${side}.${frame.type}`, frame)
  if (fault) throw new Error(`against the protocol: ${fault}`)
}
