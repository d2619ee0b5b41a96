// The rules of the filtered stream: what the app has asked for. The language is that of search.mjs.

import { parseQuery } from './search.mjs'

export const RULE_CAP = 1000
const RULE_LENGTH = 1024

// { matches (post, store) } for a rule, or { problem } that says what is wrong with it.
export function parseRule (text) {
  if ([...text].length > RULE_LENGTH) {
    return { problem: `a rule has at most ${RULE_LENGTH} characters` }
  }
  return parseQuery(text)
}

export class Rules {
  #rules = new Map() // by id
  #byValue = new Map()

  get size () { return this.#rules.size }

  list () { return [...this.#rules.values()] }

  byValue (value) { return this.#byValue.get(value) }

  // `rule` is { id, value, tag?, matches, since }: it works from the moment `since` on.
  add (rule) {
    this.#rules.set(rule.id, rule)
    this.#byValue.set(rule.value, rule)
  }

  delete (rule) {
    this.#rules.delete(rule.id)
    this.#byValue.delete(rule.value)
  }

  get (id) { return this.#rules.get(id) }

  matching (post, store) {
    const now = Date.now()
    return this.list().filter(rule => rule.since <= now && rule.matches(post, store))
  }
}
