// Reading: accounts, timelines, posts by id.

import { isId, LIST, makeToken, VIEW } from './params.mjs'
import {
  invalid, notAuthorized, notFound, problem, suspended, unavailable
} from './refusals.mjs'
import { references, renderPost, renderUser } from './render.mjs'
import { timeOfId } from './store.mjs'

const MENTIONS_REACH = 800
const TIMELINE_REACH = 3200

const READ = { app: true, oauth1: true, scopes: ['tweet.read', 'users.read'] }

const USERS = {
  known: ['expansions', 'tweet.fields', 'post.fields', 'user.fields'], users: true
}

export const readingRoutes = [
  {
    endpoint: 'me',
    method: 'GET',
    path: '/2/users/me',
    tokens: { ...READ, app: false },
    limits: { user: 75 },
    query: USERS,
    bills: 'user',
    answer: me
  },
  {
    endpoint: 'users',
    method: 'GET',
    path: '/2/users',
    tokens: READ,
    limits: { app: 300, user: 900 },
    query: { ...USERS, known: [...USERS.known, 'ids'], needs: ['ids'] },
    bills: 'user',
    answer: users
  },
  {
    endpoint: 'user',
    method: 'GET',
    path: '/2/users/:id',
    tokens: READ,
    limits: { app: 300, user: 900 },
    query: USERS,
    bills: 'user',
    answer: user
  },
  {
    endpoint: 'mentions',
    method: 'GET',
    path: '/2/users/:id/mentions',
    tokens: READ,
    limits: { app: 450, user: 300 },
    query: { known: [...LIST, ...VIEW], page: [5, 100] },
    bills: 'post',
    owned: true,
    answer: list
  },
  {
    endpoint: 'timeline',
    method: 'GET',
    path: '/2/users/:id/tweets',
    tokens: READ,
    limits: { app: 10000, user: 900 },
    query: { known: [...LIST, ...VIEW, 'exclude'], page: [5, 100] },
    bills: 'post',
    owned: true,
    answer: list
  },
  {
    endpoint: 'lookup',
    method: 'GET',
    path: '/2/tweets',
    tokens: READ,
    limits: { app: 3500, user: 5000 },
    query: { known: ['ids', ...VIEW], needs: ['ids'] },
    bills: 'post',
    answer: lookup
  },
  {
    endpoint: 'search',
    method: 'GET',
    path: '/2/tweets/search/recent',
    tokens: READ,
    limits: { app: 450, user: 300 },
    query: {
      known: ['query', 'next_token', 'sort_order', ...LIST, ...VIEW],
      needs: ['query'],
      page: [10, 100]
    },
    bills: 'post',
    answer: search
  },
  {
    endpoint: 'tweet',
    method: 'GET',
    path: '/2/tweets/:id',
    tokens: READ,
    limits: { app: 450, user: 900 },
    query: { known: VIEW },
    bills: 'post',
    answer: tweet
  }
]

function me (world, { caller, view }) {
  return { status: 200, body: { data: renderUser(caller.user, view, caller.user) } }
}

function users (world, { params: { ids }, view, caller }) {
  return usersById(world, [...new Set(ids)], 'ids', view, caller)
}

function user (world, { args: { id }, view, caller }) {
  if (!isId(id)) return invalid([wrongId(id)])
  const { status, body: { data, errors } } = usersById(world, [id], 'id', view, caller)
  return { status, body: data ? { data: data[0] } : { errors } }
}

function usersById ({ store }, ids, parameter, view, caller) {
  const data = []
  const errors = []
  for (const id of ids) {
    const found = store.user(id)
    if (!found || found.state === 'deactivated') errors.push(notFound('user', parameter, id))
    else if (found.state === 'suspended') errors.push(suspended(parameter, id))
    else data.push(renderUser(found, view, caller.user))
  }
  return {
    status: 200, body: { ...(data.length && { data }), ...(errors.length && { errors }) }
  }
}

function lookup ({ store }, { params, view, caller }) {
  const ids = [...new Set(params.ids)]
  const viewer = caller.user ?? null
  const posts = ids.filter(id => !store.hides(id, viewer)).map(id => store.post(id))
  const errors = ids.filter(id => store.hides(id, viewer))
    .map(id => HIDDEN[store.hides(id, viewer)]('tweet', 'ids', id))
  return { status: 200, body: envelope(store, posts, view, viewer, errors) }
}

function tweet ({ store }, { args: { id }, view, caller }) {
  if (!isId(id)) return invalid([wrongId(id)])
  const viewer = caller.user ?? null
  const why = store.hides(id, viewer)
  if (why) return { status: 200, body: { errors: [HIDDEN[why]('tweet', 'id', id)] } }
  const body = envelope(store, [store.post(id)], view, viewer)
  return { status: 200, body: { ...body, data: body.data[0] } }
}

function list ({ store }, { route, args: { id }, params, view, caller, visible, repeat }) {
  if (!isId(id)) return invalid([wrongId(id)])
  const viewer = caller.user ?? null
  const whose = store.user(id)
  const refused = body => ({ status: 200, body: { errors: [body] } })
  if (!whose || whose.state === 'deactivated') return refused(notFound('user', 'id', id))
  if (whose.state === 'suspended') return refused(suspended('id', id))
  if (whose.state === 'protected') return refused(notAuthorized('user', 'id', id))
  const posts = (route.endpoint === 'mentions' ? store.mentionsOf(whose) : store.postsBy(whose))
  const seen = post => visible(post) && !store.hides(post.id, viewer)
  const { page, meta } = paginate(choose(posts, seen, route.endpoint, params, repeat), params)
  return { status: 200, body: { ...envelope(store, page, view, viewer), meta } }
}

// --- search ---

const DAY_MS = 24 * 60 * 60 * 1000
const SEARCH_REACH_MS = 7 * DAY_MS

function search (world, { params, view, caller, visible }) {
  const { store, clock, options } = world
  const now = clock.now()
  const problems = searchProblems(params, now, options.searchLag)
  if (problems.length) return invalid(problems)
  const viewer = caller.user ?? null
  const { query: matches, start_time: start, end_time: end, next_token: next } = params
  const since = params.since_id ? BigInt(params.since_id) : -1n
  const until = params.until_id ? BigInt(params.until_id) : null
  // Where an id says how far to go, X's default end still holds.
  const last = end ?? now - options.searchLag * 1000
  const posts = store.posts().reverse().filter(post => {
    const at = Date.parse(post.created_at)
    const id = BigInt(post.id)
    return at >= (start ?? now - SEARCH_REACH_MS) && (end === undefined ? at <= last : at < end) &&
      id > since && (until === null || id < until) && visible(post) &&
      !store.hides(post.id, viewer) && matches(post, store)
  })
  const token = next ?? params.pagination_token
  const { page, meta } = paginate(posts, { ...params, pagination_token: token })
  delete meta.previous_token
  return { status: 200, body: { ...envelope(store, page, view, viewer), meta } }
}

function searchProblems ({ start_time: start, end_time: end, since_id: since, until_id: until },
  now, lag) {
  const problems = []
  const wrong = (name, value, message) => problems.push(problem(name, value, message))
  if (start !== undefined && since) {
    wrong('since_id', since, "'since_id' and 'start_time' can not both be given")
  }
  if (end !== undefined && until) {
    wrong('until_id', until, "'until_id' and 'end_time' can not both be given")
  }
  if (start < now - SEARCH_REACH_MS) {
    wrong('start_time', new Date(start).toISOString(),
      "Invalid 'start_time'. 'start_time' must be within the last 7 days")
  }
  // Times close to now are refused as well; 10 seconds on X, where `lag` is not turned off.
  if (lag > 0 && end > now - 10000) {
    wrong('end_time', new Date(end).toISOString(),
      "Invalid 'end_time'. 'end_time' must be a minimum of 10 seconds prior to the request time")
  }
  if (since && timeOfId(since) < Date.now() - SEARCH_REACH_MS) {
    wrong('since_id', since, "Invalid 'since_id'. 'since_id' must be an id of the last 7 days")
  }
  return problems
}

// What store.hides says, as an entry of `errors`.
const HIDDEN = { gone: notFound, unauthorized: notAuthorized, withheld: unavailable }

const wrongId = id => problem('id', id, `The \`id\` query parameter value [${id}] is not valid`)

// data, includes and errors; each only if there is something in it.
export function envelope (store, posts, view, viewer, errors = []) {
  const body = {}
  if (posts.length) body.data = posts.map(post => renderPost(store, post, view))
  const { users, referenced, gone } = included(store, posts, view, viewer)
  const includes = {}
  if (users.size) {
    includes.users = [...users].map(user => renderUser(user, view, viewer))
  }
  if (referenced.size) {
    const name = view.vocabulary === 'post' ? 'posts' : 'tweets'
    includes[name] = [...referenced].map(post => renderPost(store, post, view))
  }
  if (Object.keys(includes).length) body.includes = includes
  const parameter = view.vocabulary === 'post' ? 'referenced_posts' : 'referenced_tweets.id'
  const all = [...errors, ...[...gone].map(([id, why]) => HIDDEN[why]('tweet', parameter, id))]
  if (all.length) body.errors = all
  return body
}

// What the expansions bring: users, other posts, and by id why a post is not to be seen.
function included (store, posts, { expand }, viewer) {
  const users = new Set()
  const referenced = new Set()
  const gone = new Map()
  const addUser = user => { if (user) users.add(user) }
  for (const post of posts) {
    if (expand.has('author_id') || expand.has('username')) addUser(store.user(post.author_id))
    if (expand.has('in_reply_to_user_id') && post.in_reply_to) {
      addUser(store.user(store.authorOf(post.in_reply_to)))
    }
    if (expand.has('entities.mentions.username')) {
      for (const name of [...post.carriedNames, ...post.visible]) {
        addUser(store.userByHandle(name))
      }
    }
    if (expand.has('edit_history')) {
      for (const id of post.versions) if (id !== post.id) referenced.add(store.post(id))
    }
    if (!expand.has('referenced') && !expand.has('referenced.author')) continue
    for (const { id } of references(post)) {
      const why = store.hides(id, viewer)
      if (why) {
        gone.set(id, why)
        continue
      }
      const other = store.post(id)
      if (expand.has('referenced')) referenced.add(other)
      if (expand.has('referenced.author')) addUser(store.user(other.author_id))
    }
  }
  return { users, referenced, gone }
}

// The posts of a timeline that the query asks for, newest first.
function choose (posts, seen, endpoint, params, repeat) {
  const withoutReplies = params.exclude?.includes('replies')
  const withoutReposts = params.exclude?.includes('retweets')
  const reach = endpoint === 'mentions' || withoutReplies ? MENTIONS_REACH : TIMELINE_REACH
  const since = repeat || !params.since_id ? -1n : BigInt(params.since_id)
  const until = params.until_id ? BigInt(params.until_id) : null
  const within = []
  for (const post of posts) {
    if (within.length === reach) break
    if (withoutReplies && post.in_reply_to) continue
    if (withoutReposts && post.repost_of) continue
    if (seen(post)) within.push(post)
  }
  return within.filter(post => {
    const id = BigInt(post.id)
    const at = Date.parse(post.created_at)
    return id > since && (until === null || id < until) &&
      !(at < params.start_time) && !(at >= params.end_time)
  })
}

// Tokens name the post to go on from, so that posts arriving meanwhile open no gap.
export function paginate (posts, { max_results: size = 10, pagination_token: token }) {
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
