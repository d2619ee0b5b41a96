// The v2 endpoints: a request in, status, headers and body out. No sockets and no faults here.

import { isId, makeToken, problem, readQuery } from './params.mjs'
import { references, renderPost, renderUser } from './render.mjs'
import { OUR_HANDLE, OUR_ID } from './store.mjs'
import { hasForbiddenCharacter, LIMIT, weigh } from './weigh.mjs'

const PROBLEMS = 'https://api.twitter.com/2/problems/'
const MENTIONS_REACH = 800
const TIMELINE_REACH = 3200

const plainProblem = (status, title, detail = title) =>
  ({ status, body: { title, type: 'about:blank', status, detail } })

export const REFUSALS = {
  unauthorized: () => plainProblem(401, 'Unauthorized'),
  forbidden: () =>
    plainProblem(403, 'Forbidden', 'You are not permitted to perform this action'),
  duplicate: () => plainProblem(403, 'Forbidden',
    'You are not allowed to create a Tweet with duplicate content.'),
  not_summoned: () => plainProblem(403, 'Forbidden',
    'Reply to this conversation is not allowed because you have not been mentioned or ' +
    'otherwise engaged by the author of the post you are replying to.'),
  parent_gone: () => plainProblem(403, 'Forbidden',
    'You attempted to reply to a Tweet that is deleted or not visible to you.'),
  too_long: weight => plainProblem(403, 'Forbidden',
    `Your post is too long: ${weight} of ${LIMIT} characters.`),
  not_found: () => plainProblem(404, 'Not Found'),
  wrong_method: () => plainProblem(405, 'Method Not Allowed'),
  rate_limited: () => plainProblem(429, 'Too Many Requests')
}

function invalid (errors) {
  return {
    status: 400,
    violation: errors.map(error => error.message).join('; '),
    body: {
      errors,
      title: 'Invalid Request',
      detail: 'One or more parameters to your request was invalid.',
      type: PROBLEMS + 'invalid-request'
    }
  }
}

function notFound (kind, parameter, id) {
  return {
    value: id,
    detail: `Could not find ${kind} with ${parameter}: [${id}].`,
    title: 'Not Found Error',
    resource_type: kind,
    parameter,
    resource_id: id,
    type: PROBLEMS + 'resource-not-found'
  }
}

const ROUTES = [
  { endpoint: 'me', method: 'GET', path: /^\/2\/users\/me$/ },
  { endpoint: 'mentions', method: 'GET', path: /^\/2\/users\/([^/]+)\/mentions$/ },
  { endpoint: 'timeline', method: 'GET', path: /^\/2\/users\/([^/]+)\/tweets$/ },
  { endpoint: 'lookup', method: 'GET', path: /^\/2\/tweets$/ },
  { endpoint: 'post', method: 'POST', path: /^\/2\/tweets$/ }
]

// Which endpoint a request is for: { endpoint, argument }, or { endpoint: 'other', refusal }.
export function route (method, path) {
  const here = ROUTES.filter(candidate => candidate.path.test(path))
  const hit = here.find(candidate => candidate.method === method)
  if (hit) return { endpoint: hit.endpoint, argument: hit.path.exec(path)[1] }
  return { endpoint: 'other', refusal: here.length ? 'wrong_method' : 'not_found' }
}

export class Api {
  constructor ({ store, limits, token }) {
    this.store = store
    this.limits = limits
    this.token = token
  }

  // `request` is { endpoint, argument, refusal, search, headers, body, visible, repeat }: `visible`
  // says whether a post may be shown yet, `repeat` asks for old posts over again.
  answer (request) {
    const { refused, headers, violations } = this.#count(request)
    const result = this.#decide(request, refused)
    if (result.violation) violations.push(result.violation)
    return { ...result, headers, violation: violations.join('; ') || undefined }
  }

  // Headers and violations alone, for a request that something else answers.
  notice (request) {
    const { headers, violations } = this.#count(request)
    return { headers, violation: violations.join('; ') || undefined }
  }

  #count (request) {
    const { refused, early, headers } = this.limits.count(request.endpoint)
    const violations = early ? ['asked again before the reset it was told'] : []
    if (!request.headers['user-agent'] && !request.headers['x-user-agent']) {
      violations.push('no User-Agent')
    }
    return { refused, headers, violations }
  }

  #decide (request, refused) {
    if (!this.#authorised(request.headers.authorization)) {
      return { ...REFUSALS.unauthorized(), violation: 'wrong or missing bearer token' }
    }
    if (refused) return { ...REFUSALS.rate_limited(), violation: 'rate limit exceeded' }
    if (request.refusal) {
      return { ...REFUSALS[request.refusal](), violation: 'no such endpoint' }
    }
    const { params, view, problems } = readQuery(request.endpoint, request.search)
    if (request.argument !== undefined && !isId(request.argument)) {
      problems.push(problem('id', request.argument,
        `The \`id\` query parameter value [${request.argument}] is not valid`))
    }
    if (problems.length) return invalid(problems)
    switch (request.endpoint) {
      case 'me': return this.#me(view)
      case 'lookup': return this.#lookup(params, view)
      case 'post': return this.#create(request)
      default: return this.#list(request, params, view)
    }
  }

  #authorised (header = '') {
    const found = /^bearer +(\S+)$/i.exec(header)
    return found !== null && found[1] === this.token
  }

  #me (view) {
    return { status: 200, body: { data: renderUser(this.store.user(OUR_ID), view.userFields) } }
  }

  #lookup ({ ids }, view) {
    const found = ids.map(id => this.store.post(id)).filter(Boolean)
    const missing = [...new Set(ids.filter(id => !this.store.post(id)))]
    const errors = missing.map(id => notFound('tweet', 'ids', id))
    return { status: 200, body: this.#envelope([...new Set(found)], view, errors) }
  }

  #list ({ endpoint, argument, visible, repeat }, params, view) {
    const user = this.store.user(argument)
    if (!user) return { status: 200, body: { errors: [notFound('user', 'id', argument)] } }
    const posts = endpoint === 'mentions' ? this.store.mentionsOf(user) : this.store.postsBy(user)
    const { page, meta } = paginate(choose(posts.filter(visible), endpoint, params, repeat), params)
    return { status: 200, body: { ...this.#envelope(page, view, []), meta } }
  }

  // data, includes and errors; each only if there is something in it.
  #envelope (posts, view, errors) {
    const body = {}
    if (posts.length) body.data = posts.map(post => renderPost(this.store, post, view))
    const { users, referenced, gone } = this.#expand(posts, view)
    const includes = {}
    if (users.size) includes.users = [...users].map(user => renderUser(user, view.userFields))
    if (referenced.size) {
      const name = view.vocabulary === 'post' ? 'posts' : 'tweets'
      includes[name] = [...referenced].map(post => renderPost(this.store, post, view))
    }
    if (Object.keys(includes).length) body.includes = includes
    const parameter = view.vocabulary === 'post' ? 'referenced_posts' : 'referenced_tweets.id'
    const all = [...errors, ...[...gone].map(id => notFound('tweet', parameter, id))]
    if (all.length) body.errors = all
    return body
  }

  #expand (posts, { expand }) {
    const users = new Set()
    const referenced = new Set()
    const gone = new Set()
    const addUser = user => { if (user) users.add(user) }
    for (const post of posts) {
      if (expand.has('author_id')) addUser(this.store.user(post.author_id))
      if (expand.has('in_reply_to_user_id') && post.in_reply_to) {
        addUser(this.store.user(this.store.authorOf(post.in_reply_to)))
      }
      if (expand.has('entities.mentions.username')) {
        for (const name of [...post.carriedNames, ...post.visible]) {
          addUser(this.store.userByHandle(name))
        }
      }
      if (!expand.has('referenced') && !expand.has('referenced.author')) continue
      for (const { id } of references(post)) {
        const other = this.store.post(id)
        if (!other) gone.add(id)
        else if (expand.has('referenced')) referenced.add(other)
        if (other && expand.has('referenced.author')) addUser(this.store.user(other.author_id))
      }
    }
    return { users, referenced, gone }
  }

  #create ({ headers, body }) {
    const { value, errors } = readBody(headers['content-type'], body)
    if (errors) return invalid(errors)
    const { text, reply } = value
    const weight = weigh(text)
    if (weight > LIMIT) {
      return { ...REFUSALS.too_long(weight), violation: `post too long: ${weight}` }
    }
    const parentId = reply?.in_reply_to_tweet_id ?? null
    if (parentId) {
      const parent = this.store.post(parentId)
      if (!parent) return REFUSALS.parent_gone()
      if (!this.store.isOurs(parent) && !this.store.summonsUs(parent)) {
        return {
          ...REFUSALS.not_summoned(),
          violation: `replied to a post that neither mentions nor quotes @${OUR_HANDLE}`
        }
      }
    }
    if (this.store.duplicateOf(text)) {
      return { ...REFUSALS.duplicate(), violation: 'duplicate text' }
    }
    const post = this.store.addPost({ authorId: OUR_ID, text, inReplyTo: parentId })
    const view = { vocabulary: 'tweet', fields: new Set() }
    return { status: 201, body: { data: renderPost(this.store, post, view) } }
  }
}

// The posts of a timeline that the query asks for, newest first.
function choose (posts, endpoint, params, repeat) {
  const withoutReplies = params.exclude?.includes('replies')
  const reach = endpoint === 'mentions' || withoutReplies ? MENTIONS_REACH : TIMELINE_REACH
  const since = repeat || !params.since_id ? -1n : BigInt(params.since_id)
  const until = params.until_id ? BigInt(params.until_id) : null
  return posts
    .filter(post => !withoutReplies || !post.in_reply_to)
    .slice(0, reach)
    .filter(post => {
      const id = BigInt(post.id)
      const at = Date.parse(post.created_at)
      return id > since && (until === null || id < until) &&
        !(at < params.start_time) && !(at >= params.end_time)
    })
}

// Tokens name the post to go on from, so that posts arriving meanwhile open no gap.
function paginate (posts, { max_results: size = 10, pagination_token: token }) {
  let rest = posts
  if (token?.direction === 'b') rest = posts.filter(post => BigInt(post.id) < token.id)
  if (token?.direction === 'n') {
    const newer = posts.filter(post => BigInt(post.id) > token.id)
    rest = posts.slice(Math.max(0, newer.length - size))
  }
  const page = rest.slice(0, size)
  const meta = { result_count: page.length }
  if (page.length) {
    const first = page[0].id
    const last = page[page.length - 1].id
    meta.newest_id = first
    meta.oldest_id = last
    if (rest.length > size) meta.next_token = makeToken('b', last)
    if (token && posts[0] !== page[0]) meta.previous_token = makeToken('n', first)
  }
  return { page, meta }
}

// The body of POST /2/tweets: { value }, or { errors } as X lists them.
function readBody (type = '', bytes) {
  const errors = []
  const wrong = (name, value, message) => errors.push(problem(name, value, message))
  if (!/^application\/json *(;|$)/i.test(type)) {
    wrong('content-type', type, 'The body must be application/json')
    return { errors }
  }
  let value
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    wrong('body', '', 'The body is not valid JSON in UTF-8')
    return { errors }
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    wrong('body', '', 'The body must be an object')
    return { errors }
  }
  const onlyKnown = (object, known, prefix) => {
    for (const name of Object.keys(object)) {
      if (!known.includes(name)) {
        wrong(prefix + name, JSON.stringify(object[name]),
          `${prefix}${name}: is not defined in the schema`)
      }
    }
  }
  onlyKnown(value, ['text', 'reply'], '$.')
  const { text, reply } = value
  if (typeof text !== 'string' || text.trim() === '') {
    wrong('$.text', JSON.stringify(text), '$.text: must be a text that is not empty')
  } else if (hasForbiddenCharacter(text)) {
    wrong('$.text', text, '$.text: holds a character that no post may hold')
  }
  if (reply !== undefined) {
    if (reply === null || typeof reply !== 'object' || Array.isArray(reply)) {
      wrong('$.reply', JSON.stringify(reply), '$.reply: must be an object')
    } else {
      onlyKnown(reply, ['in_reply_to_tweet_id'], '$.reply.')
      if (!isId(reply.in_reply_to_tweet_id)) {
        wrong('$.reply.in_reply_to_tweet_id', JSON.stringify(reply.in_reply_to_tweet_id),
          '$.reply.in_reply_to_tweet_id: must be a string of 1 to 19 digits')
      }
    }
  }
  return errors.length ? { errors } : { value }
}
