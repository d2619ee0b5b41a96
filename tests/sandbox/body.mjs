// JSON bodies of requests to the API, read as strictly as X does.

import { problem } from './refusals.mjs'

// { value }, an object with no other members than `known`, or { errors } as X lists them.
export function readJson ({ 'content-type': type = '' }, bytes, known) {
  if (!/^application\/json *(;|$)/i.test(type)) {
    return { errors: [problem('content-type', type, 'The body must be application/json')] }
  }
  let value
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return { errors: [problem('body', '', 'The body is not valid JSON in UTF-8')] }
  }
  if (!isObject(value)) return { errors: [problem('body', '', 'The body must be an object')] }
  const errors = unknownMembers(value, known, '$.')
  return errors.length ? { errors } : { value }
}

export const isObject = value =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

export function unknownMembers (object, known, prefix) {
  return Object.keys(object).filter(name => !known.includes(name)).map(name =>
    problem(prefix + name, JSON.stringify(object[name]),
      `${prefix}${name}: is not defined in the schema`))
}
