from api.fields import Input, Object, Text
from conversations import limits


class InteractionInput(Input):
    user_id = Text()
    conversation_id = Text()
    user_message = Text(max_length=limits.TEXT)
    agent_response = Text(max_length=limits.TEXT)
    metadata = Object(required=False, limit=limits.METADATA_BYTES)
