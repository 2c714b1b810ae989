"""A day with R2R's client 3.6.6; with MODE=async the same, awaited."""

import asyncio
import inspect
import json
import os

from r2r import R2RAsyncClient, R2RClient, R2RException

client = (R2RAsyncClient if os.environ["MODE"] == "async" else R2RClient)(os.environ["PARLEY_URL"])
loop = asyncio.new_event_loop()


def call(method, *given, **named):
    """What a method gives, or its exception's status and message."""
    try:
        answer = method(*given, **named)
        answer = loop.run_until_complete(answer) if inspect.isawaitable(answer) else answer
    except R2RException as error:
        return [error.status_code, error.message]
    return getattr(answer, "results", answer)


def rows(messages):
    return [[row.message.role, row.message.content] for row in messages]


told = {"health": call(client.system.health).message}
told["wrong_password"] = call(client.users.login, os.environ["EMAIL"], "wrong password")
login = call(client.users.login, os.environ["EMAIL"], os.environ["PASSWORD"])
told["token_types"] = [login.access_token.token_type, login.refresh_token.token_type]
told["me"] = call(client.users.me).email

made = call(client.conversations.create, name="Planning")
told["made"] = [made.name, str(made.user_id)]
told["unnamed"] = call(client.conversations.create).name
one = str(made.id)
question = call(client.conversations.add_message, one, "Hello", "user", {"k": "v"})
answer = call(client.conversations.add_message, one, "Hi!", "assistant", parent_id=str(question.id))
fork = call(client.conversations.add_message, one, "Hey", "assistant", parent_id=str(question.id))
told["message"] = [question.message.content, question.metadata, question.message.structured_content]
told["read"] = rows(call(client.conversations.retrieve, one))
edited = call(client.conversations.update_message, one, str(question.id), content="Hello again")
told["edited"] = [edited.message.content, edited.metadata["edited"], edited.metadata["edit_count"]]
kept = call(client.conversations.update_message, one, str(answer.id), metadata={"m": "n"})
told["kept"] = [kept.message.content, kept.metadata]
told["renamed"] = call(client.conversations.update, one, "Renamed").name
listed = call(client.conversations.list, limit=1)
told["listed"] = [row.name for row in listed]
told["chosen"] = [row.name for row in call(client.conversations.list, ids=[one])]
told["empty_content"] = call(client.conversations.add_message, one, "", "user")
told["bad_role"] = call(client.conversations.add_message, one, "x", "tool")
told["unknown"] = call(client.conversations.retrieve, "00000000-0000-0000-0000-000000000000")
told["no_uuid"] = call(client.conversations.retrieve, "x")[0]
told["deleted"] = call(client.conversations.delete, one).success
told["gone"] = call(client.conversations.retrieve, one)[0]

me = str(call(client.users.me).id)
told["about"] = call(client.users.update, me, name="Al", bio="Astronomer").bio
key = call(client.users.create_api_key, me, name="k", description="for a test")
told["keys"] = [[row.name, row.description] for row in call(client.users.list_api_keys, me)]
told["key_deleted"] = call(client.users.delete_api_key, me, key.key_id).success
old = client._refresh_token
told["refreshed"] = call(client.users.refresh_token) is not None and client._refresh_token != old
told["changed"] = call(client.users.change_password, os.environ["PASSWORD"], "a new long password").message
told["out_by_that"] = call(client.users.me)
call(client.users.login, os.environ["EMAIL"], "a new long password")
told["logged_out"] = call(client.users.logout).message

client.api_key = os.environ["PARLEY_KEY"]
told["by_key"] = [row.name for row in call(client.conversations.list)]
print(json.dumps(told))
