"""What a query string says, refused in OpenAI's words where it says too much."""

from api.openai.refusals import not_one_of, wrong_type, wrong_value

PAGE = 100
ORDERS = ("asc", "desc")
# More may be shown of some items. We keep what we are given, and show all of it.
INCLUDABLE = (
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
)


def limit_of(query):
    """How many rows, 20 where nothing is said. Raises Problem."""
    text = query.get("limit", "20")
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise wrong_type("limit", "an integer")
    limit = int(text[:9])
    if limit < 1:
        said = f"integer below minimum value. Expected a value >= 1, but got {limit} instead."
        raise wrong_value("limit", said, "integer_below_min_value")
    if limit > PAGE:
        said = f"integer above maximum value. Expected a value <= {PAGE}, but got {limit} instead."
        raise wrong_value("limit", said, "integer_above_max_value")
    return limit


def newest_first(query):
    order = query.get("order", "desc")
    if order not in ORDERS:
        raise not_one_of("order", order, ORDERS)
    return order == "desc"


def check_include(query):
    for value in [*query.getlist("include[]"), *query.getlist("include")]:
        if value not in INCLUDABLE:
            raise not_one_of("include", value, INCLUDABLE)


def unknown_cursor(name):
    return wrong_value(name, "no item of this list has, or ever had, this id.", "invalid_cursor")
