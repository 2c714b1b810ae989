// A conversation's life, by the client's own methods.

import OpenAI from "openai"

const client = new OpenAI({
  apiKey: process.env.PARLEY_KEY,
  baseURL: `${process.env.PARLEY_URL}/openai/v1`,
  maxRetries: 0,
})
const { conversations } = client
const { items } = conversations
const seen = {}

const conversation = await conversations.create({
  metadata: { topic: "demo" },
  items: [{ role: "user", content: "Hello!" }],
})
seen.created = conversation
seen.retrieved = await conversations.retrieve(conversation.id)
seen.updated = (await conversations.update(conversation.id, { metadata: { topic: "done" } })).metadata
seen.empty = (await conversations.create()).metadata
seen.listed = (await client.get("/conversations", { query: { limit: 1 } })).data.length

const added = await items.create(conversation.id, {
  items: [
    { type: "message", role: "assistant", content: "Hi." },
    { type: "function_call", call_id: "call_1", name: "add", arguments: "{}" },
    { type: "function_call_output", call_id: "call_1", output: "2" },
    { type: "invention_of_next_month", anything: [1, null] },
  ],
  include: ["reasoning.encrypted_content", "message.output_text.logprobs"],
})
seen.added = added.data
for (const start of [0, 20]) {
  const texts = Array.from({ length: 20 }, (_, index) => String(start + index))
  await items.create(conversation.id, { items: texts.map((content) => ({ role: "user", content })) })
}

const found = []
for await (const item of items.list(conversation.id, { order: "asc", limit: 10, include: ["reasoning.encrypted_content"] }))
  found.push(item)
seen.count = found.length
seen.texts = found.slice(-40).map((item) => item.content[0].text)
seen.one = await items.retrieve(found[2].id, { conversation_id: conversation.id })

const answers = new Set()
for await (const item of items.list(conversation.id, { limit: 7 }))
  answers.add((await items.delete(item.id, { conversation_id: conversation.id })).id)
seen.deleted = [answers.size === 1 && answers.has(conversation.id), (await items.list(conversation.id)).data]

const refusal = async (kind, promise) => {
  const error = await promise.then(() => "not refused", (error) => error)
  return [error instanceof kind, error.status, error.code, error.param, Boolean(error.requestID)]
}
seen.refused = [
  await refusal(OpenAI.BadRequestError, items.create(conversation.id, { items: [{ role: "nobody", content: "x" }] })),
  await refusal(OpenAI.NotFoundError, items.retrieve("msg_1", { conversation_id: conversation.id })),
  await refusal(OpenAI.AuthenticationError, client.withOptions({ apiKey: "sk-wrong" }).conversations.create()),
]
seen.gone = await conversations.delete(conversation.id)
seen.requestId = Boolean(seen.gone._request_id)
seen.refused.push(await refusal(OpenAI.NotFoundError, conversations.retrieve(conversation.id)))
console.log(JSON.stringify(seen))
