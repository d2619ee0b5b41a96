// Holding exchanges against a document: a small one here, X's own where somebody has it.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { OpenApi } from '../openapi.mjs'
import { open } from '../testing.mjs'

const text = { type: 'string' }
const PROBLEM_TYPE = 'https://api.x.com/2/problems/resource-not-found'
const OTHER_HOST = PROBLEM_TYPE.replace('x.com', 'twitter.com')
const DOCUMENT = {
  paths: {
    '/2/users/me': {
      get: {
        security: [{ UserToken: [] }, { OAuth2UserToken: ['users.read'] }],
        parameters: [{ $ref: '#/components/parameters/UserFields' }],
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Me' } } } },
          default: {
            content: {
              'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } }
            }
          }
        }
      }
    },
    '/2/users/{id}': { get: { parameters: [], responses: { 200: {} } } }
  },
  components: {
    parameters: {
      UserFields: {
        name: 'user.fields',
        in: 'query',
        schema: {
          type: 'array', minItems: 1, uniqueItems: true, items: { ...text, enum: ['id', 'name'] }
        }
      }
    },
    schemas: {
      Me: {
        type: 'object',
        required: ['data'],
        properties: { data: { $ref: '#/components/schemas/User' } }
      },
      User: {
        type: 'object',
        required: ['id'],
        properties: {
          id: { ...text, pattern: '^[0-9]{1,19}$' },
          name: { ...text, nullable: true },
          username: { oneOf: [{ ...text, maxLength: 15 }] },
          created_at: { ...text, format: 'date-time' },
          post_count: { type: 'integer', minimum: 0 }
        }
      },
      Problem: {
        discriminator: {
          propertyName: 'type', mapping: { [PROBLEM_TYPE]: '#/components/schemas/NotFound' }
        },
        oneOf: [{ $ref: '#/components/schemas/NotFound' }]
      },
      NotFound: { type: 'object', required: ['type', 'title'], properties: {} }
    }
  }
}

function differs ({ path = '/2/users/me', kind = 'oauth2', status = 200, answer = {} }) {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  return new OpenApi(DOCUMENT).check({
    method: 'GET',
    url: new URL(path, 'https://api.x.com'),
    kind,
    body: Buffer.alloc(0),
    status,
    answerType: `${type}; charset=utf-8`,
    answer: Buffer.from(JSON.stringify(answer))
  })
}

test('what agrees, and what does not', () => {
  const user = more => ({ answer: { data: { id: '1', ...more } } })
  const rows = [
    [user({}), null],
    [user({ name: null, tweet_count: 3 }), null],
    [{ ...user({}), path: '/2/users/me?user.fields=id,name' }, null],
    [{ ...user({}), path: '/2/users/me?user.fields=id,id' }, /has an item twice/],
    [{ ...user({}), path: '/2/users/me?user.fields=age' }, /none of the listed values/],
    [{ ...user({}), path: '/2/users/me?fields=id' }, /parameter fields is not in the document/],
    [{ ...user({}), kind: 'app' }, /kind app/],
    [{ path: '/2/nothing' }, /is not in the document/],
    [{}, /answer\.data is missing/],
    [{ answer: { data: {} } }, /answer\.data\.id is missing/],
    [user({ id: 'x' }), /does not match/],
    [user({ id: 1 }), /is no text/],
    [user({ age: 1 }), /answer\.data\.age is not in the document/],
    [user({ username: 'a'.repeat(16) }), /length of 16/],
    [user({ created_at: 'noon' }), /no date and time/],
    [user({ post_count: -1 }), /out of range/],
    [user({ post_count: 1.5 }), /not whole/],
    [{ status: 201 }, /status 201/],
    [{ status: 404, answer: { type: OTHER_HOST, title: 'a' } }, null],
    [{ status: 404, answer: { type: PROBLEM_TYPE } }, /title is missing/],
    [{ status: 404, answer: { type: 'about:blank' } }, null],
    [{ status: 404, answer: { type: 'odd' } }, /unknown type odd/]
  ]
  for (const [exchange, expected] of rows) {
    const found = differs(exchange)
    const told = JSON.stringify([exchange, found])
    if (expected === null) assert.deepEqual(found, [], told)
    else assert.ok(found.some(each => expected.test(each)), told)
  }
})

test('a sandbox with a document records what differs as a violation', async t => {
  const dir = mkdtempSync(join(tmpdir(), 'sandbox-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'openapi.json')
  writeFileSync(file, JSON.stringify(DOCUMENT))
  const x = await open(t, { openapi: file })
  await x.get('/2/users/me?user.fields=name')
  const [asked] = await x.requests()
  assert.equal(asked.status, 200)
  assert.equal(asked.violation, undefined)
  await x.get('/2/users/me?user.fields=location')
  const [, second] = await x.requests()
  assert.match(second.violation, /none of the listed values/)
})
