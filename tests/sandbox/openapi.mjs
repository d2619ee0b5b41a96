// Holds requests and answers against X's published OpenAPI document, which is not part of this
// repository. A small part of JSON Schema, as far as the document uses it.

import { readFileSync } from 'node:fs'
import { parseTime } from './params.mjs'

// The document has the new vocabulary only, where both are answered.
const RENAMED = {
  'tweet.fields': 'post.fields',
  edit_history_tweet_ids: 'edit_history_post_ids',
  referenced_tweets: 'referenced_posts',
  'referenced_tweets.id': 'referenced_posts',
  note_tweet: 'note_post',
  pinned_tweet_id: 'pinned_post_id',
  most_recent_tweet_id: 'most_recent_post_id',
  'affiliation.user_id': 'affiliation',
  retweet_count: 'repost_count',
  tweet_count: 'post_count',
  tweets: 'posts'
}
// Values that only the old vocabulary has, and members that it returns as fields.
const OLD_ONLY = ['author_id', 'in_reply_to_user_id', 'referenced_tweets', 'edit_history_tweet_ids',
  'referenced_tweets.id.author_id', 'affiliation']
// Listed on X's page on the Activity API only.
const ON_PAGES_ONLY = ['oauth.revoke']
// Problem types seen on the wire or on X's page on errors that the document does not list.
const SEEN = ['about:blank', 'unsupported-authentication', 'client-forbidden', 'usage-capped',
  'oauth1-permissions', 'credits', 'credits-depleted', 'streaming-connection', 'conflict',
  'rate-limit-exceeded', 'duplicate-rules', 'invalid-rules', 'rule-cap']

const TOKENS = { app: 'BearerToken', oauth1: 'UserToken', oauth2: 'OAuth2UserToken' }

const typeName = type => type.replace(/^.*\/problems\//, '')

export class OpenApi {
  constructor (document) {
    this.document = document
    // Paths without variable parts before those with them.
    this.paths = Object.entries(document.paths)
      .map(([path, methods]) => {
        const form = new RegExp('^' + path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)') + '$')
        return { path, methods, form, variables: path.split('{').length }
      })
      .sort((a, b) => a.variables - b.variables)
  }

  // `exchange` is { method, url, kind, type, body, status, answerType, answer }: the kind of the
  // caller's token, content types, and bodies as bytes. A list of sentences.
  check (exchange) {
    const { method, url, status } = exchange
    const here = this.paths.find(({ form }) => form.test(url.pathname))
    const operation = here?.methods[method.toLowerCase()]
    if (!operation) return [`${method} ${url.pathname} is not in the document`]
    const problems = [
      ...this.#request(exchange, operation, here.form.exec(url.pathname).groups ?? {}),
      ...(status === undefined ? [] : this.#answer(exchange, operation))
    ]
    return problems.map(problem => `${method} ${here.path}: ${problem}`)
  }

  #resolve (node) {
    if (!node?.$ref) return node
    return node.$ref.slice(2).split('/').reduce((inner, name) => inner[name], this.document)
  }

  #request ({ url, kind, type, body, status }, operation, path) {
    const problems = []
    const parameters = (operation.parameters ?? []).map(each => this.#resolve(each))
    for (const { name, in: where, required } of parameters) {
      if (where === 'query' && required && !url.searchParams.has(name)) {
        problems.push(`the parameter ${name} is missing`)
      }
    }
    const check = (where, given, value) => {
      const old = given in RENAMED && !parameters.some(({ name }) => name === given)
      const name = old ? RENAMED[given] : given
      const parameter = parameters.find(each => each.in === where && each.name === name)
      if (!parameter) return problems.push(`the parameter ${given} is not in the document`)
      const schema = this.#resolve(parameter.schema)
      problems.push(...this.#validate(this.#fromText(schema, value), schema, given))
    }
    for (const [name, value] of Object.entries(path)) check('path', name, value)
    for (const [name, value] of url.searchParams) check('query', name, value)
    const security = operation.security ?? []
    if (TOKENS[kind] && !security.some(each => TOKENS[kind] in each)) {
      problems.push(`a token of the kind ${kind} is not for this endpoint`)
    }
    // What was refused needn't be right.
    return status >= 400 ? [] : [...problems, ...this.#body(operation.requestBody, type, body)]
  }

  #body (requestBody, type = '', body) {
    if (!requestBody) return body.length ? ['a body where the document has none'] : []
    if (!body.length) return requestBody.required ? ['the body is missing'] : []
    const schema = requestBody.content[type.split(';')[0].trim()]?.schema
    if (!schema) return [`the body's type ${type} is not in the document`]
    return this.#validate(JSON.parse(body.toString('utf8')), schema, 'body')
  }

  #answer ({ status, answerType = '', answer }, operation) {
    const listed = operation.responses[status] ?? (status >= 400 && operation.responses.default)
    if (!listed) return [`the status ${status} is not in the document`]
    const type = answerType.split(';')[0].trim()
    const content = this.#resolve(listed).content
    if (!content?.[type]) return [`the answer's type ${type} is not in the document`]
    const value = JSON.parse(answer.toString('utf8'))
    // Errors in other forms than the two listed are known from the wire.
    if (type === 'application/json' && status >= 400) return []
    return this.#validate(value, content[type].schema, 'answer')
  }

  #fromText (schema, text) {
    if (schema.type === 'array') {
      return text.split(',').map(part => this.#fromText(this.#resolve(schema.items), part))
    }
    if (schema.type === 'integer' && /^-?\d+$/.test(text)) return Number(text)
    if (schema.type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
    return text
  }

  #validate (value, unresolved, at) {
    const schema = this.#resolve(unresolved)
    if (value === null) return schema.nullable ? [] : [`${at} is null`]
    if (schema.discriminator) return this.#problemBody(value, schema, at)
    const choices = schema.oneOf ?? schema.anyOf
    if (choices) {
      const tried = choices.map(choice => this.#validate(value, choice, at))
      return tried.find(problems => problems.length === 0) ?? tried[0]
    }
    if (schema.enum && !schema.enum.includes(value) &&
      !schema.enum.includes(RENAMED[value]) && ![...OLD_ONLY, ...ON_PAGES_ONLY].includes(value)) {
      return [`${at}: ${JSON.stringify(value)} is none of the listed values`]
    }
    switch (schema.type) {
      case 'string': return this.#string(value, schema, at)
      case 'integer':
      case 'number': return this.#number(value, schema, at)
      case 'boolean': return typeof value === 'boolean' ? [] : [`${at} is no boolean`]
      case 'array': return this.#array(value, schema, at)
      case 'object': return this.#object(value, schema, at)
    }
    return []
  }

  #string (value, { pattern, format, minLength = 0, maxLength = Infinity }, at) {
    if (typeof value !== 'string') return [`${at} is no text`]
    const length = [...value].length
    if (length < minLength || length > maxLength) return [`${at} has a length of ${length}`]
    if (pattern && !new RegExp(pattern, 'u').test(value)) return [`${at} does not match ${pattern}`]
    const isDate = format !== 'date-time' || !Number.isNaN(parseTime(value))
    return isDate ? [] : [`${at} is no date and time`]
  }

  #number (value, { type, minimum = -Infinity, maximum = Infinity }, at) {
    if (typeof value !== 'number') return [`${at} is no number`]
    if (type === 'integer' && !Number.isInteger(value)) return [`${at} is not whole`]
    return value < minimum || value > maximum ? [`${at}: ${value} is out of range`] : []
  }

  #array (value, { items, minItems = 0, maxItems = Infinity, uniqueItems }, at) {
    if (!Array.isArray(value)) return [`${at} is no list`]
    const { length } = value
    if (length < minItems || length > maxItems) return [`${at} has ${length} items`]
    if (uniqueItems && new Set(value).size < length) return [`${at} has an item twice`]
    return value.flatMap((item, n) => this.#validate(item, items, `${at}[${n}]`))
  }

  #object (value, { properties, required = [], additionalProperties }, at) {
    if (typeof value !== 'object' || Array.isArray(value)) return [`${at} is no object`]
    if (!properties) return []
    const names = Object.keys(value)
    const newName = name => name in properties ? name : RENAMED[name] ?? name
    const problems = required.filter(name => !names.some(given => newName(given) === name))
      .map(name => `${at}.${name} is missing`)
    for (const name of names) {
      const schema = properties[newName(name)]
      if (schema) problems.push(...this.#validate(value[name], schema, `${at}.${name}`))
      else if (typeof additionalProperties !== 'object') {
        problems.push(`${at}.${name} is not in the document`)
      }
    }
    return problems
  }

  // Chosen by its type, whose host differs; further members are allowed.
  #problemBody (value, { discriminator }, at) {
    const type = value?.[discriminator.propertyName]
    if (typeof type !== 'string') return [`${at} has no type`]
    const known = Object.entries(discriminator.mapping)
      .find(([name]) => typeName(name) === typeName(type))
    if (!known) return SEEN.includes(typeName(type)) ? [] : [`${at}: unknown type ${type}`]
    const { required = [] } = this.#resolve({ $ref: known[1] })
    return required.filter(name => !(name in value)).map(name => `${at}.${name} is missing`)
  }
}

export const readDocument = file => new OpenApi(JSON.parse(readFileSync(file, 'utf8')))
